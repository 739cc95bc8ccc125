import CryptoExtras
import Destinations
import Leads
import Outbound
import Testing

/// Adapters hold secrets for as long as they live, and a slip that prints one of them must show none.
struct HiddenSecretsTests {
    private static let secret = "s3cret-to-hide"

    @Test(arguments: [
        ("dynamics", ["url=https://contoso.crm.dynamics.com", "tenant=t", "client-id=c"], "client-secret"),
        ("marketo", ["server-id=123-ABC-456", "client-id=c"], "client-secret"),
        ("salesforce", ["url=https://contoso.my.salesforce.com", "client-id=c"], "client-secret"),
        ("hubspot", [], "access-token"),
    ])
    func `nothing that is printed of an adapter has its secret`(kind: String, set: [String], key: String) async throws {
        let settings = try DestinationSettings(name: "crm", kind: kind, set: set, secret: ["\(key)=env:SECRET"])
        let adapter = try Adapters.make(settings, secrets: SecretReader { _ in Self.secret })
        #expect(!Self.printed(adapter).contains(Self.secret))
        await adapter.shutdown()
    }

    @Test func `nothing that is printed of an adapter has its private key`() async throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation
        let settings = try SalesforceSamples.settings(
            ["auth=jwt", "username=u@example.com"], secret: ["private-key=env:PRIVATE_KEY"])
        let adapter = try Adapters.make(settings, secrets: SalesforceSamples.secrets(key: key))
        let printed = Self.printed(adapter)
        for line in key.split(separator: "\n") { #expect(!printed.contains(line)) }
        await adapter.shutdown()
    }

    @Test func `nothing that is printed of a token has it`() async throws {
        let grant = AccessTokens.Grant(value: Self.secret, lifetime: nil)
        let tokens = AccessTokens { _ in .success(grant) }
        let token = try await tokens.token(now: Samples.now).get()
        #expect(token.value == Self.secret)
        for printed in [Self.printed(grant), Self.printed(token), Self.printed(tokens)] {
            #expect(!printed.contains(Self.secret))
        }
    }

    @Test(arguments: [
        (Outcome.delivered, true), (.alreadyDelivered, true), (.rejected, true), (.throttled, true),
        (.retry, false), (.config, false), (.ambiguous, false),
    ])
    func `whoever judges a lead has taken the token`(outcome: Outcome, isProof: Bool) async throws {
        let tokens = AccessTokens { _ in .success(.init(value: Self.secret, lifetime: nil)) }
        let first = try await tokens.token(now: Samples.now).get()
        #expect(await tokens.judge(first, by: [.authRefresh]) == .authRefresh)
        let second = try await tokens.token(now: Samples.now).get()
        #expect(await tokens.judge(second, by: [.retry, outcome]) == .authRefresh)
        // One that never worked is not replaced for ever.
        #expect(await tokens.judge(second, by: [.authRefresh]) == (isProof ? .authRefresh : .config))
    }

    private static func printed(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return dumped + "\(value)" + String(reflecting: value)
    }
}
