import Intake
import Leads
import Ledger
import OrderedJSON
import TestKit
import Testing

@Suite struct ActionEventTests {
    /// An action with every field filled.
    private static let full = MarketplaceAction(
        id: "42", source: .appSource, action: .partnerLedTrial, offer: Offer("bitnami.openedxcypress"),
        offerTitle: "Open edX \"Cypress\"", occurredAt: Instant("2018-10-05T08:00:00.25Z"),
        contact: Contact(
            email: "Zoë@Example.com", firstName: "Zoë", lastName: "O'Hara\\", phone: "16175555555", country: "USA",
            company: "Contoso, Ltd.", title: "CTO"),
        description: "one\r\ntwo\tthree\u{1}", leadSource: "SPZA-PLT | bitnami.openedxcypress",
        other: [.init(name: "mktcmpid", value: "1234"), .init(name: "encoding", value: "UTF-8")])

    private func event(_ action: MarketplaceAction) -> NewEvent {
        action.asEvent(identity: .none, actor: "import", rules: .system, body: Array("raw".utf8))
    }

    @Test func `an action becomes an event with plain columns and sealed parts`() {
        let event = event(Self.full)
        #expect(event.type == .actionRecorded)
        #expect(event.subject == .matching("zoë@example.com"))
        #expect([event.source, event.action, event.offer] == ["SPZA", "PLT", "bitnami.openedxcypress"])
        #expect(event.country == "USA")
        #expect(event.occurredAt == Self.full.occurredAt)
        #expect(event.actor == "import")
        #expect(event.body == Array("raw".utf8))
        #expect(event.flags.fields == Self.full.contact.present)
        #expect(!event.flags.contains(.test))
        #expect(!event.flags.contains(.mismatched))
    }

    @Test func `a plain id names the event, and the id of a CloudEvent does not`() {
        func id(_ identity: Identity) -> String? {
            Self.full.asEvent(identity: identity, actor: "import", rules: .system, body: nil).id
        }
        #expect(id(.id(scope: "", "42")) == "42")
        #expect(id(.id(scope: "/shop", "42")) == nil)
        #expect(id(.row(ordinal: 0)) == nil)
    }

    @Test func `an action without a usable email is a subject of its own`() {
        for email in [nil, "nobody", "a@b@c", "@b", " "] {
            #expect(event(MarketplaceAction(action: .install, contact: Contact(email: email))).subject == .new)
        }
    }

    @Test func `the flags tell a test, a mismatch and the fields that came along`() {
        #expect(event(MarketplaceAction(action: .install)).flags == [.mismatched])
        #expect(event(MarketplaceAction(source: .appSource, action: .create)).flags == [.mismatched])
        let inOther = MarketplaceAction(
            source: .appSource, action: .install, other: [.init(name: "note", value: "x MSFT_TEST_1")])
        #expect(event(inOther).flags == [.test])
        // Only a value marks a test, not the name of a field.
        let inName = MarketplaceAction(
            source: .appSource, action: .install, other: [.init(name: "MSFT_TEST", value: "x")])
        #expect(event(inName).flags == [])
        for field in Contact.Field.allCases {
            for (value, isPresent) in [("x", true), ("é", true), (" x", true), (" ", false), ("\u{2003}", false)] {
                var action = MarketplaceAction(source: .appSource, action: .install)
                action.contact[field] = value
                #expect(event(action).flags.fields == (isPresent ? field.bit : 0))
            }
        }
    }

    @Test func `contact data is sealed in the form of version 1`() throws {
        let golden = try golden("contact.v1.json")
        let sealed = try #require(event(Self.full).contact)
        #expect(String(decoding: sealed + [0x0a], as: UTF8.self) == String(decoding: golden, as: UTF8.self))
        let decoded = try ContactPart.decode(
            golden, id: "42", source: "SPZA", action: "PLT", offer: "bitnami.openedxcypress", country: "USA",
            occurredAt: Self.full.occurredAt)
        #expect(decoded == Self.full)
    }

    @Test func `an action comes back from its sealed part and its plain columns`() throws {
        var random = SeededRandom.announced("ActionEventTests")
        for _ in 0..<500 {
            let action = Self.random(&random)
            let event = event(action)
            let decoded = try ContactPart.decode(
                event.contact, id: action.id, source: event.source, action: event.action, offer: event.offer,
                country: event.country, occurredAt: event.occurredAt)
            #expect(decoded == action)
            if let contact = event.contact { #expect(try JSON.parse(contact).encoded() == contact) }
        }
    }

    @Test func `an erased action keeps its plain columns`() throws {
        let decoded = try ContactPart.decode(
            nil, source: "SPZA", action: "", offer: "", country: "US", occurredAt: Instant(micros: 1))
        #expect(
            decoded
                == MarketplaceAction(
                    source: .appSource, occurredAt: Instant(micros: 1), contact: Contact(country: "US")))
        #expect(throws: ContactPart.Unreadable.self) {
            try ContactPart.decode([1], source: nil, action: nil, offer: nil, country: nil, occurredAt: nil)
        }
    }

    @Test func `nothing personal is nothing to seal`() {
        #expect(event(MarketplaceAction(source: .appSource, action: .install)).contact == nil)
    }

    @Test func `the content has the layout of version 1`() throws {
        let hex = Self.full.content.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
        #expect(hex + "\n" == String(decoding: try golden("content.v1.hex"), as: UTF8.self))
    }

    @Test func `the content tells apart what was said, and nothing else`() {
        let content = Self.full.content
        var same = Self.full
        same.id = "other"
        same.other.reverse()
        #expect(same.content == content)
        let changes: [(inout MarketplaceAction) -> Void] = [
            { $0.source = .azurePortal }, { $0.action = .install }, { $0.offer = nil }, { $0.offerTitle = nil },
            { $0.occurredAt = nil }, { $0.description = nil }, { $0.leadSource = nil }, { $0.other = [] },
            { $0.other[0] = .init(name: "mktcmpid", value: "12345") },
            { $0.other[0] = .init(name: "mktcmpid1", value: "234") },
        ]
        for change in changes {
            var other = Self.full
            change(&other)
            #expect(other.content != content)
        }
        for field in Contact.Field.allCases {
            var other = Self.full
            other.contact[field] = nil
            #expect(other.content != content)
        }
        // The same text in another field is something else.
        let first = MarketplaceAction(contact: Contact(firstName: "Ada"))
        let last = MarketplaceAction(contact: Contact(lastName: "Ada"))
        #expect(first.content != last.content)
    }

    @Test func `what is quarantined keeps its bytes and the reason`() {
        let event = NewEvent.quarantine(
            reason: "no known field is filled in", body: Array("{}".utf8), identity: .row(ordinal: 0), actor: "import")
        #expect(event.type == .intakeQuarantined)
        #expect(event.body == Array("{}".utf8))
        #expect(event.detail == Array(#"{"reason":"no known field is filled in"}"#.utf8))
        #expect(event.subject == .new)
        #expect(event.contact == nil)
        #expect(event.content != event.body)
    }

    private static func random(_ random: inout SeededRandom) -> MarketplaceAction {
        func text(_ random: inout SeededRandom) -> String? {
            let pieces = ["x", "\"", "\\", "\n", "\u{7f}", "é", "日本", "\u{0}", "😀", "a b"]
            let text = (0..<Int.random(in: 0...4, using: &random)).map { _ in pieces.randomElement(using: &random)! }
            return text.isEmpty ? nil : text.joined()
        }
        var action = MarketplaceAction(
            id: text(&random), source: Source.known.randomElement(using: &random),
            action: Action.known.randomElement(using: &random), offerTitle: text(&random),
            occurredAt: Bool.random(using: &random) ? Instant(micros: .random(in: 0...1 << 50, using: &random)) : nil,
            description: text(&random), leadSource: text(&random))
        for field in Contact.Field.allCases { action.contact[field] = text(&random) }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            action.other.append(.init(name: text(&random) ?? "n", value: text(&random) ?? "v"))
        }
        return action
    }
}

@Suite struct SystemUnicodeTests {
    @Test func `international domains have their ASCII form`() {
        #expect(UnicodeRules.system.domainToASCII("bücher.example") == "xn--bcher-kva.example")
        #expect(UnicodeRules.system.domainToASCII("BÜCHER.example") == "xn--bcher-kva.example")
        #expect(MatchKey.email(" Ada@Bücher.Example ", rules: .system) == "ada@xn--bcher-kva.example")
        #expect(MatchKey.email("ada@bu\u{308}cher.example", rules: .system) == "ada@xn--bcher-kva.example")
    }

    @Test func `compatibility forms are one`() {
        #expect(MatchKey.email("ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ", rules: .system) == "ada@example.com")
        #expect(MatchKey.email("ﬁ@example.com", rules: .system) == "fi@example.com")
    }

    @Test(arguments: ["é", "a@é/b", "a@é:80", "a@é?x", "a@é#x", "a@é b", "é@", "a@é%41.example", "a@[é]"])
    func `what is no domain gives no key`(email: String) {
        #expect(MatchKey.email(email, rules: .system) == nil)
    }
}
