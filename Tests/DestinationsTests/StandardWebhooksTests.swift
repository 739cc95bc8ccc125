import Destinations
import Foundation
import OrderedJSON
import Outbound
import Simulators
import Testing

struct StandardWebhooksTests {
    struct Vector: CustomTestStringConvertible, Sendable {
        let name, secret, id, body, signature: String
        let timestamp: Int64

        var testDescription: String { name }
    }

    /// Signatures made with the official library.
    static let vectors: [Vector] = {
        let file = Bundle.module.url(forResource: "standard-webhooks", withExtension: "json", subdirectory: "Vectors")!
        let json = try! JSON.parse([UInt8](Data(contentsOf: file)))
        return json["vectors"]!.array!.map { vector in
            let text = { (name: String) in vector[name]!.string! }
            return Vector(
                name: text("name"), secret: text("secret"), id: text("webhook_id"), body: text("body"),
                signature: text("webhook_signature"), timestamp: vector["webhook_timestamp"]!.integer!)
        }
    }()

    @Test func `there are vectors`() { #expect(Self.vectors.count == 3) }

    @Test(arguments: vectors)
    func `signing agrees with the official library`(vector: Vector) throws {
        let webhooks = try StandardWebhooks(secret: vector.secret)
        let signature = webhooks.sign(id: vector.id, timestamp: vector.timestamp, body: Array(vector.body.utf8))
        #expect(signature == vector.signature)
    }

    @Test(arguments: vectors)
    func `a signature is good for its own id, time, body and key only`(vector: Vector) throws {
        let webhooks = try StandardWebhooks(secret: vector.secret)
        let body = Array(vector.body.utf8)
        func verify(
            header: String? = nil, id: String? = nil, timestamp: String? = nil, body other: [UInt8]? = nil,
            now: Int64 = 0
        ) -> Bool {
            webhooks.verify(
                header: header ?? vector.signature, id: id ?? vector.id,
                timestamp: timestamp ?? String(vector.timestamp), body: other ?? body, now: vector.timestamp + now)
        }
        #expect(verify())
        #expect(verify(now: 300) && verify(now: -300))
        #expect(!verify(now: 301) && !verify(now: -301))
        #expect(verify(header: "v1a,AAAA v1,AAAA \(vector.signature) v2,x"))
        #expect(!verify(header: "") && !verify(header: "v1,") && !verify(header: vector.signature + "A"))
        #expect(!verify(id: vector.id + "x"))
        #expect(!verify(timestamp: String(vector.timestamp + 1)) && !verify(timestamp: "x"))
        #expect(!verify(body: body + [0x20]))
        let other = try StandardWebhooks(secret: "whsec_" + Data(repeating: 7, count: 24).base64EncodedString())
        #expect(
            !other.verify(
                header: vector.signature, id: vector.id, timestamp: String(vector.timestamp), body: body,
                now: vector.timestamp))
    }

    @Test(arguments: vectors)
    func `the simulated receiver agrees too`(vector: Vector) throws {
        let receiver = try #require(WebhookSignature(secret: vector.secret))
        func fault(_ signature: String?, now: Int64 = 0) -> String? {
            receiver.fault(
                id: vector.id, timestamp: String(vector.timestamp), signature: signature, body: Array(vector.body.utf8),
                now: vector.timestamp + now)
        }
        #expect(fault(vector.signature) == nil)
        #expect(fault(vector.signature, now: 301) == "webhook-timestamp is more than five minutes away")
        #expect(fault("v1,AAAA") == "webhook-signature does not match")
        #expect(fault(nil) == "webhook-signature is missing")
    }

    @Test func `a secret holds 24 to 64 bytes, with or without padding`() throws {
        func secret(_ count: Int) -> String { "whsec_" + Data(repeating: 1, count: count).base64EncodedString() }
        for count in [24, 25, 26, 64] { _ = try StandardWebhooks(secret: secret(count)) }
        _ = try StandardWebhooks(secret: String(secret(25).prefix { $0 != "=" }))
        for count in [0, 1, 23, 65] {
            #expect(throws: StandardWebhooks.SecretError.length(count)) { try StandardWebhooks(secret: secret(count)) }
        }
        #expect(throws: StandardWebhooks.SecretError.prefix) { try StandardWebhooks(secret: "MfKQ9r8GKYqrTwjU") }
        #expect(throws: StandardWebhooks.SecretError.base64) { try StandardWebhooks(secret: "whsec_a b!") }
    }
}
