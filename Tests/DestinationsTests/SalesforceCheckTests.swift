import Destinations
import Leads
import OrderedJSON
import Simulators
import Testing

/// What `check` says of an org, good and bad.
@Suite(.timeLimit(.minutes(10)))
struct SalesforceCheckTests {
    static func check(
        _ service: SalesforceService, set: [String] = [], secret: String = SalesforceSamples.clientSecret
    ) async throws -> [CheckStep] {
        let (steps, found) = AsyncStream<[CheckStep]>.makeStream()
        try await withSimulator(service) { port, _ in
            let destination = try SalesforceSamples.destination(port: port, set: set, secret: secret)
            found.yield(await destination.check(now: Samples.now))
            await destination.shutdown()
            #expect(await service.counts.first { $0.name == "records" }?.count == 0)
        }
        found.finish()
        for await result in steps { return result }
        return []
    }

    static func problems(_ steps: [CheckStep]) -> [String] {
        steps.compactMap { step in step.problem.map { "\(step.name) \($0)" } }
    }

    @Test func `an org that is set up well has no problem`() async throws {
        let steps = try await Self.check(SalesforceDestinationTests.service())
        #expect(Self.problems(steps) == [])
        #expect(
            steps.map(\.name) == [
                "connection", "api-version", "credentials", "permission", "field LeadledgerId__c", "fields", "limits",
            ])
        #expect(steps.last?.says.hasSuffix("of 100000 API requests a day are left") == true)
    }

    @Test(arguments: [
        (["external-id=Missing__c"], "field Missing__c does not exist, or the user may not see it", "New: Text"),
        (["external-id=Title"], "field Title is no external id", "tick External ID"),
        (["map.action=Nowhere__c"], "field Nowhere__c does not exist, or the user may not see it", "map.action="),
        (["constant.Nowhere__c=1"], "field Nowhere__c does not exist, or the user may not see it", "constant."),
        (["map.action=DoNotCall"], "field DoNotCall is of type boolean, which does not take action", "map.action="),
        (["map.doNotContact=Title"], "field Title is of type string, which does not take doNotContact", "map."),
        (["map.lastName="], "field LastName is required, and nothing is sent to it", "constant.LastName"),
        (["api-version=99"], "api-version the org does not know version 99.0", "--set api-version=64"),
    ])
    func `a setting that does not fit is named, with how to mend it`(
        set: [String], problem: String, mend: String
    ) async throws {
        let steps = try await Self.check(SalesforceDestinationTests.service(), set: set)
        #expect(Self.problems(steps) == [problem])
        #expect(steps.first { !$0.isGood }?.says.contains(mend) == true)
    }

    @Test func `what the user may not write is named`() async throws {
        let steps = try await Self.check(
            SalesforceDestinationTests.service { $0.readOnly = ["HasOptedOutOfEmail", "Phone"] })
        #expect(
            Self.problems(steps) == [
                "field Phone the user may not edit it", "field HasOptedOutOfEmail the user may not edit it",
            ])
        #expect(steps.first { !$0.isGood }?.says.contains("field-level security") == true)
    }

    @Test func `a picklist without the marketplace's sources is named`() async throws {
        let steps = try await Self.check(
            SalesforceDestinationTests.service { $0.restricted = ["LeadSource": ["Web", "SPZA", "AzurePortal"]] })
        #expect(
            Self.problems(steps) == [
                "field LeadSource is a restricted picklist without AzureMarketplace, TestDrive"
            ])
    }

    @Test func `an external id that is not unique is named`() async throws {
        let steps = try await Self.check(SalesforceDestinationTests.service { $0.isUnique = false })
        #expect(Self.problems(steps).count == 1)
        #expect(Self.problems(steps)[0].hasPrefix("field LeadledgerId__c is not unique"))
    }

    /// A description of Lead with fields as a test wants them beside those that every lead needs.
    static func steps(_ more: String, set: [String] = []) throws -> [CheckStep] {
        let usual = [
            "FirstName", "LastName", "Email", "Phone", "Company", "Title", "LeadSource", "Description", "Country",
        ].filter { !more.contains("\"\($0)\"") }.map { #"{"name":"\#($0)","type":"string","length":32000}"# }
        let flags = ["HasOptedOutOfEmail", "DoNotCall"].map { #"{"name":"\#($0)","type":"boolean"}"# }
        let key = #"{"name":"LeadledgerId__c","type":"string","length":32,"externalId":true,"unique":true}"#
        let all = (usual + flags + [key] + (more.isEmpty ? [] : [more])).joined(separator: ",")
        let fields = SalesforceFields(try SalesforceSamples.settings(set))
        return SalesforceSchema(try JSON.parse(#"{"fields":[\#(all)]}"#), fields: fields).steps
    }

    @Test(
        arguments: [
            ("", []),
            (
                #"{"name":"CountryCode","type":"picklist"}"#,
                ["field Country takes names and no codes, for State and Country/Territory Picklists are on"]
            ),
            (
                #"{"name":"Title","type":"string","length":60}"#,
                ["field Title takes 60 characters, and up to 128 may come"]
            ),
            (
                #"{"name":"Region__c","type":"string","nillable":false,"defaultedOnCreate":false,"createable":true}"#,
                ["field Region__c is required, and nothing is sent to it"]
            ),
            (#"{"name":"Region__c","type":"string","nillable":false,"defaultedOnCreate":true,"createable":true}"#, []),
        ] as [(String, [String])])
    func `what an org is like beyond the usual is named`(more: String, problems: [String]) throws {
        #expect(Self.problems(try Self.steps(more)) == problems)
    }

    @Test(
        arguments: [
            (40, ["map.title=Title,Short__c"], ["field Short__c takes 40 characters, and up to 128 may come"]),
            (40, ["map.company=Company,Short__c"], ["field Short__c takes 40 characters, and up to 255 may come"]),
            (40, ["map.offerTitle=Short__c"], ["field Short__c takes 40 characters, and up to 255 may come"]),
            (255, ["map.offerTitle=Short__c"], []), (3, ["map.action=Short__c"], []),
            (2, ["map.action=Short__c"], ["field Short__c takes 2 characters, and up to 3 may come"]),
            (8, ["map.stage=Short__c"], []),
            (5, ["constant.Short__c=Spring"], ["field Short__c takes 5 characters, and up to 6 may come"]),
            (6, ["constant.Short__c=Spring"], []), (1, ["constant.Short__c=number:12345"], []),
        ] as [(Int, [String], [String])])
    func `a field that is shorter than what it may be told is named`(
        length: Int, set: [String], problems: [String]
    ) throws {
        let field = #"{"name":"Short__c","type":"string","length":\#(length)}"#
        let steps = try Self.steps(field, set: set)
        #expect(Self.problems(steps) == problems)
        let mend = set[0].hasPrefix("constant") ? "shorten constant.Short__c" : "--set map."
        #expect(problems.isEmpty || steps.first { !$0.isGood }?.says.contains(mend) == true)
    }

    @Test func `a field of the org's own is told as much as was checked`() throws {
        let destination = try SalesforceSamples.destination(port: 1, set: ["map.title=Title,Campaign__c"])
        let record = destination.prepare(SalesforceSamples.outgoing(title: String(repeating: "x", count: 300))).record
        #expect(record["Campaign__c"]?.string?.count == 128 && record["Title"]?.string?.count == 128)
    }

    @Test func `a country goes to the picklist where it is mapped there`() throws {
        let code = #"{"name":"CountryCode","type":"picklist","length":10}"#
        #expect(Self.problems(try Self.steps(code, set: ["map.country=CountryCode"])) == [])
    }

    @Test func `wrong credentials end the check, and are not shown`() async throws {
        let steps = try await Self.check(SalesforceDestinationTests.service(), secret: "other-secret")
        #expect(
            Self.problems(steps) == ["credentials no access token: invalid_client: invalid client credentials"])
        #expect(steps.last?.name == "credentials" && steps.last?.says.contains("consumer secret") == true)
        #expect(!"\(steps)".contains("other-secret"))
    }

    @Test func `a day that is nearly used up is told`() async throws {
        let steps = try await Self.check(SalesforceDestinationTests.service { $0.dailyLimit = 2 })
        #expect(Self.problems(steps) == ["limits 0 of 2 API requests a day are left"])
    }

    @Test func `the hosts that people log in at give no token for a secret`() async throws {
        let settings = try SalesforceSamples.settings(["url=https://login.salesforce.com"])
        let destination = try SalesforceDestination(settings: settings, secrets: SalesforceSamples.secrets())
        let steps = await destination.check(now: Samples.now)
        await destination.shutdown()
        #expect(steps.count == 1 && steps[0].says.contains("My Domain"))
    }

    @Test func `an org that cannot be reached is a matter of its url`() async throws {
        let server = try await RawServer.start(answer: nil)
        let free = server.port
        try await server.stop()
        let destination = try SalesforceSamples.destination(port: free)
        let steps = await destination.check(now: Samples.now)
        await destination.shutdown()
        #expect(Self.problems(steps) == ["connection no connection: connection refused"])
        #expect(steps[0].says.hasPrefix("check that url is") && !steps[0].says.contains("api-version"))
    }

    @Test func `something that is no Salesforce is told so`() async throws {
        try await withRawServer(answer: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", closes: false) { server in
            let destination = try SalesforceSamples.destination(port: server.port)
            let steps = await destination.check(now: Samples.now)
            await destination.shutdown()
            #expect(Self.problems(steps) == ["connection answered 200, and not as Salesforce does"])
        }
    }

    @Test(
        arguments: [
            ([], []), (["organization=00DA0000006Vm9rMAC"], []),
            (["organization=00DA0000006Vm9rMAB"], ["organization the last three characters do not fit the others"]),
            (["campaign=701A0000006Vm9r"], []), (["campaign=spring"], ["campaign is no id of a campaign"]),
            (["map.lead=Lead__c"], ["field Lead__c is no field of a form: it would be ignored"]),
            (["map.lead=00NA0000006Vm9r"], []),
        ] as [([String], [String])])
    func `web-to-lead says what can be known`(set: [String], problems: [String]) async throws {
        try await withRawServer(answer: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", closes: false) { server in
            let destination = SalesforceWebDestination(
                settings: try SalesforceSamples.webSettings(
                    ["base-url=http://127.0.0.1:\(server.port)", "allow-private=true"] + set))
            let steps = await destination.check(now: Samples.now)
            await destination.shutdown()
            #expect(Self.problems(steps) == problems)
            #expect(steps.last?.name == "acceptance" && steps.last?.says.contains("reCAPTCHA") == true)
            #expect(server.texts.count == 1 && server.texts[0].hasPrefix("GET / HTTP/1.1\r\n"))
        }
    }
}
