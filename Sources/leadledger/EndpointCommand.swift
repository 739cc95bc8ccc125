import Application
import ArgumentParser
import Leads
import OrderedJSON
import Reports
import Views

struct EndpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoint", abstract: "Makes the URLs that go into Partner Center, one for each offer.",
        subcommands: [Add.self, List.self, Revoke.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a lead URL and shows it, this once.",
            discussion: """
                Paste the URL into Partner Center as the HTTPS endpoint of the offer's customer leads. The token in it \
                is the only secret that the marketplace can send: whoever has the URL can post leads. The ledger keeps \
                a digest of the token, never the token.
                """)

        @Option(help: "The offer whose leads come here, as publisher.offer.")
        var offer: String
        @Option(help: "What you call the endpoint; the offer by default.")
        var name: String?
        @Option(help: "Why, for the audit.")
        var reason: String?
        @OptionGroup var options: GlobalOptions

        func validate() throws { try RecordCommand.refuseOverlong([("--offer", offer)]) }

        func run() async throws {
            let home = options.home()
            let settings = try options.settings()
            let json = try await home.perform(
                EndpointAdd(offer: offer, label: name, publicURL: settings.text(.publicURL), reason: reason))
            if printRecord(json, options.output) { return }
            print(ListOutput.cell(json["url"]))
            if Offer(offer)?.publisher == nil {
                say("note: \(offer) is not publisher.offer, as Partner Center names offers: is it the title instead?")
            }
            say("It is shown this once. Paste it into Partner Center: the offer, Customer leads, HTTPS endpoint.")
            if settings.text(.publicURL) == nil {
                say("It begins with where the service listens; set publicURL to what the marketplace can reach.")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the endpoints, without their tokens.")
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            var list = ListOutput(options.output, columns: ["endpoint", "offer", "id", "added", "revoked"])
            for endpoint in AccessList(try await options.home().snapshot().views.access).endpoints {
                list.add(endpoint)
            }
            list.finish(empty: "There is no endpoint. Make one: leadledger endpoint add --offer publisher.offer")
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Closes an endpoint: what is posted to its URL from now on is refused.")
        @Argument(help: "Its name or id.")
        var endpoint: String
        @Option(help: "Why, for the audit.")
        var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().perform(EndpointRevoke(endpoint, reason: reason))
            if printRecord(json, options.output) { return }
            print("Endpoint \(ListOutput.cell(json["endpoint"])) is closed.")
        }
    }
}
