internal import ArgumentParser
package import Leads
internal import OrderedJSON

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An endpoint such as a customer of leadledger writes, only stricter: it takes marketplace JSON and CloudEvents, each
/// exactly in its shape, and checks the signature where it knows the secret.
package struct HTTPSEndpoint: SimulatedSystem {
    private let signature: WebhookSignature?

    package init(signature: WebhookSignature?) { self.signature = signature }

    /// What it says to one request.
    package func judge(_ arrival: Arrival, now: Instant, refusing refusal: Refusal? = nil) -> Verdict {
        if refusal != nil { return .rejected(status: 422, reason: "as asked") }
        let id = arrival["webhook-id"]
        if let signature,
            let fault = signature.fault(
                id: id, timestamp: arrival["webhook-timestamp"], signature: arrival["webhook-signature"],
                body: arrival.body, now: now.micros / 1_000_000)
        {
            return .rejected(status: 401, reason: fault)
        }
        guard let type = MediaType(arrival["content-type"])?.essence else {
            return .rejected(status: 415, reason: "content-type is missing")
        }
        guard let json = try? JSON.parse(arrival.body) else {
            return .rejected(status: 400, reason: "the body is not JSON")
        }
        let fault: String?
        switch type {
        case "application/json": fault = PayloadShape.marketplaceFault(json)
        case "application/cloudevents+json": fault = PayloadShape.cloudEventFault(json, id: id)
        default: return .rejected(status: 415, reason: "content-type is neither of the two that are taken")
        }
        if let fault { return .rejected(status: 422, reason: fault) }
        return .accepted(key: id)
    }
}

/// `crm-simulators https`
struct HTTPSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "https", abstract: "An endpoint that takes marketplace JSON and CloudEvents.")

    @OptionGroup var server: ServerOptions

    @Option(help: "A file that holds the signing secret (whsec_…); with it every request must be signed.")
    var secretFile: String?

    @Option(help: "A variable of the environment that holds the signing secret.")
    var secretEnv: String?

    func run() async throws {
        let signature = try secret().map { secret in
            guard let signature = WebhookSignature(secret: secret.trimmed) else {
                throw ValidationError("the signing secret is not whsec_ and base64")
            }
            return signature
        }
        let endpoint = HTTPSEndpoint(signature: signature)
        let simulated = SimulatedServer(endpoint, arrivals: try Arrivals(log: server.log))
        try await simulated.runAsProgram(port: server.port)
    }

    private func secret() throws -> String? {
        if let secretFile {
            guard let file = fopen(secretFile, "r") else { throw ValidationError("\(secretFile) cannot be read") }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = fread(&bytes, 1, bytes.count, file)
            return String(decoding: bytes[..<count], as: UTF8.self)
        }
        return try secretEnv.map(SimulatedSecret.text)
    }
}
