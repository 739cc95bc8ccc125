import Leads
import Testing

@Suite struct `A match key` {
    /// Enough of Unicode for these tests: a few full-width and ligature forms, and one international domain.
    private static let rules = UnicodeRules(
        compatibilityForm: { text in
            var form = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\u{ff01}"..."\u{ff5e}": form.append(Unicode.Scalar(scalar.value - 0xfee0)!)
                case "\u{fb01}": form += "fi".unicodeScalars
                case "\u{3000}": form.append(" ")
                default: form.append(scalar)
                }
            }
            return String(form)
        },
        domainToASCII: { domain in
            switch domain.lowercased() {
            case "bücher.example": "xn--bcher-kva.example"
            case "": ""
            case let plain where plain.utf8.allSatisfy { $0 < 0x80 && $0 != 0x5f }: plain
            default: nil
            }
        })

    @Test(arguments: [
        ("jsmith@microsoft.com", "jsmith@microsoft.com"), ("JSmith@Microsoft.COM", "jsmith@microsoft.com"),
        ("  jsmith@microsoft.com\r\n", "jsmith@microsoft.com"),
        ("j.smith+tag@microsoft.com", "j.smith+tag@microsoft.com"),
        ("a@b", "a@b"), ("o'hara_1%x@sub.example.co", "o'hara_1%x@sub.example.co"), ("a@my_host.com", "a@my_host.com"),
        ("jörg@example.com", "jörg@example.com"), ("JÖRG@Example.com", "jörg@example.com"),
        ("jörg@My_Host.com", "jörg@my_host.com"), ("user@Bücher.example", "user@xn--bcher-kva.example"),
        ("ＵＳＥＲ＠example.com", "user@example.com"),
        ("\u{3000}user@example.com\u{3000}", "user@example.com"), ("\u{a0}user@example.com", "user@example.com"),
        ("\u{fb01}n@example.com", "fin@example.com"), ("ｕser@my_host.com", "user@my_host.com"),
    ])
    func `is the email, however it is written`(text: String, key: String) {
        #expect(MatchKey.email(text, rules: Self.rules) == key)
    }

    @Test(arguments: [
        "", " ", "@", "a@", "@b", "a", "a@b@c", "a b@c.d", "a@b c", "a@b\tc", " @b", "a@ ", "John Smith", "a\0@b.c",
        "ö", "ö@", "@ö", "ö@b@c", "ö ö@b.c", "ö@nowhere.ö", "ö@b c", "a＠b＠c", "a\u{3000}b@c.d",
    ])
    func `needs exactly one usable at sign`(text: String) {
        #expect(MatchKey.email(text, rules: Self.rules) == nil)
    }
}

@Suite struct `A marketplace action` {
    private static let token = "MSFT_TEST_636573304831318844"

    @Test(arguments: [
        MarketplaceAction(source: Source(token)), MarketplaceAction(action: Action(token)),
        MarketplaceAction(offer: Offer("contoso." + token)), MarketplaceAction(offerTitle: token),
        MarketplaceAction(description: "sent as " + token), MarketplaceAction(leadSource: token + "-x|<Offer Name>"),
        MarketplaceAction(contact: Contact(email: token + "@test.com")),
        MarketplaceAction(contact: Contact(firstName: token)),
        MarketplaceAction(contact: Contact(lastName: token)), MarketplaceAction(contact: Contact(phone: token)),
        MarketplaceAction(contact: Contact(country: token)), MarketplaceAction(contact: Contact(company: token)),
        MarketplaceAction(contact: Contact(title: token)),
        MarketplaceAction(other: [MarketplaceAction.Extra(name: "note", value: token)]),
    ])
    func `is a test when the token stands in any text`(action: MarketplaceAction) {
        #expect(action.isTest)
    }

    @Test func `is a test though source and action look real`() {
        let action = MarketplaceAction(
            source: .azureMarketplace, action: .install, offerTitle: "Contoso Test",
            contact: Contact(email: "\(Self.token)@test.com", phone: "1234567890", country: "US"))
        #expect(action.isTest && !action.isMismatched)
    }

    @Test(arguments: [
        MarketplaceAction(),
        MarketplaceAction(source: Source("Test run through MS Flow"), offerTitle: "Test Microsoft"),
        MarketplaceAction(contact: Contact(email: "test@test.com"), description: "MSFT TEST"),
        MarketplaceAction(other: [MarketplaceAction.Extra(name: "MSFT_TEST", value: "1")]),
    ])
    func `is no test without the token`(action: MarketplaceAction) {
        #expect(!action.isTest)
    }

    @Test func `is mismatched when source and action do not belong together`() {
        #expect(!MarketplaceAction(source: .appSource, action: .partnerLedTrial).isMismatched)
        #expect(MarketplaceAction(source: .azurePortal, action: .install).isMismatched)
        #expect(MarketplaceAction(source: Source("Elsewhere"), action: .install).isMismatched)
        #expect(MarketplaceAction(source: .appSource).isMismatched && MarketplaceAction(action: .install).isMismatched)
    }

    @Test(arguments: [
        (MarketplaceAction(), false), (MarketplaceAction(description: " "), false),
        (MarketplaceAction(contact: Contact(email: " ", title: "")), false),
        (MarketplaceAction(offerTitle: "\n"), false),
        (MarketplaceAction(id: "1", occurredAt: Instant(micros: 0)), false),
        (MarketplaceAction(leadSource: "|"), false),
        (MarketplaceAction(other: [MarketplaceAction.Extra(name: "a", value: "b")]), false),
        (MarketplaceAction(action: .install), true), (MarketplaceAction(source: .appSource), true),
        (MarketplaceAction(offer: Offer("a.b")), true), (MarketplaceAction(contact: Contact(country: "US")), true),
        (MarketplaceAction(offerTitle: "x"), true), (MarketplaceAction(description: "Campaigns: "), true),
    ])
    func `says something when a known field is filled in`(action: MarketplaceAction, says: Bool) {
        #expect(action.saysSomething == says)
    }
}

@Suite struct `A contact` {
    @Test func `has seven fields, one bit each`() {
        #expect(
            Contact.Field.allCases.map(\.rawValue).sorted()
                == ["company", "country", "email", "firstName", "lastName", "phone", "title"])
        #expect(Contact.Field.allCases.map(\.bit) == [1, 2, 4, 8, 16, 32, 64])
    }

    @Test func `says which fields are filled in`() {
        var contact = Contact(email: "a@b.c", lastName: " ", phone: "")
        #expect(contact.present == Contact.Field.email.bit)
        contact[.title] = "CTO"
        #expect(contact.title == "CTO" && contact[.title] == "CTO")
        #expect(contact.present == Contact.Field.email.bit | Contact.Field.title.bit)
        contact[.email] = nil
        contact[.title] = nil
        #expect(contact.isEmpty && contact.email == nil)
    }

    @Test func `fits into the flags of an event beside the marks`() {
        let full = Contact(
            email: "a", firstName: "a", lastName: "a", phone: "a", country: "a", company: "a", title: "a")
        let flags: EventFlags = [EventFlags(rawValue: full.present), .test, .mismatched]
        #expect(flags.fields == 0x7f && flags.contains(.test) && flags.contains(.mismatched))
        #expect(EventFlags.test.fields == 0 && EventFlags.mismatched.fields == 0)
    }
}

@Suite struct `The stage of a lead` {
    /// A walk over all actions of the lead for each event would take hours.
    @Test(.timeLimit(.minutes(10))) func `is found at each event of a lead with very many actions`() {
        let count: Int64 = 100_000
        let policy = Policy(name: "ours", stages: [Action("Demo"): .active, Action("Call"): .trial])
        let stages = StageTable(policy) { ["Demo": count + 5, "Call": count / 2][$0] }
        var lead = Lead(number: 1)
        var reached: [Stage?: Int64] = [:]
        for seq in 1...count {
            lead.evolve(ActionFact(seq: seq, at: seq, action: seq + 5, country: 0, flags: []))
            reached[lead.stage(stages), default: 0] += 1
        }
        #expect(lead.other.count == Int(count))
        #expect(reached == [nil: count / 2 - 6, .trial: count / 2 + 5, .active: 1])
    }
}

@Suite struct `Stored names of events` {
    @Test func `never change`() {
        let names = EventType.allCases.map { "\($0.rawValue) \($0.name) v\($0.version)" }
        let stored = [
            "1 ActionRecorded v1", "2 IntakeQuarantined v1", "20 DeliveryAttempted v1", "30 DestinationChanged v1",
            "31 DestinationPaused v1", "32 DestinationResumed v1", "3 QuarantineReleased v1", "40 EndpointAdded v1",
            "41 EndpointRevoked v1", "42 KeyCreated v1", "43 KeyRevoked v1", "50 SourceChanged v1",
            "51 SourcePulled v1",
        ]
        #expect(stored.allSatisfy(names.contains))
        #expect(Set(EventType.allCases.map(\.name)).count == names.count)
        #expect(EventFlags.test.rawValue == 0x1_0000 && EventFlags.mismatched.rawValue == 0x2_0000)
    }
}
