import Leads
import Testing

@Suite struct `What the marketplace writes` {
    @Test(arguments: [
        ("INS", "INS"), ("PLT", "PLT"), ("DNC", "DNC"), ("Create", "Create"), ("StartTestDrive", "StartTestDrive"),
        ("ins", "INS"), ("Ins", "INS"), ("plt", "PLT"), ("dnc", "DNC"), ("CREATE", "Create"), ("create", "Create"),
        ("starttestdrive", "StartTestDrive"), ("STARTTESTDRIVE", "StartTestDrive"), (" INS\t", "INS"),
        ("\u{a0}Create\r\n", "Create"),
    ])
    func `is a known action in any case`(text: String, code: String) {
        #expect(Action(text).code == code)
        #expect(Action(text).isKnown)
    }

    @Test(arguments: ["", "REQ", "Contact", "OfferSold", "INSTALL", "Start Test Drive", "Criar", "IN S", "MSFT_TEST_1"])
    func `is an unknown action, kept as it is`(text: String) {
        #expect(Action(text).code == text)
        #expect(!Action(text).isKnown)
    }

    @Test(arguments: [
        ("AzureMarketplace", "AzureMarketplace"), ("azuremarketplace", "AzureMarketplace"),
        ("Azure Marketplace", "AzureMarketplace"), ("AzurePortal", "AzurePortal"), ("AZUREPORTAL", "AzurePortal"),
        ("Azure Portal", "AzurePortal"), ("azure portal", "AzurePortal"), ("TestDrive", "TestDrive"),
        ("Test Drive", "TestDrive"), ("testdrive", "TestDrive"), ("SPZA", "SPZA"), ("spza", "SPZA"),
        ("AppSource", "SPZA"), ("appsource", "SPZA"), ("AppSource (SPZA)", "SPZA"), ("APPSOURCE (spza)", "SPZA"),
        ("  AppSource (SPZA) ", "SPZA"),
    ])
    func `is a known source in any spelling`(text: String, name: String) {
        #expect(Source(text).name == name)
        #expect(Source(text).isKnown)
    }

    @Test(arguments: [
        "", "Portal do Azure", "Test run through MS Flow", "AppSource(SPZA", "MSFT_TEST_636573304831318844",
    ])
    func `is an unknown source, kept as it is`(text: String) {
        #expect(Source(text).name == text)
        #expect(!Source(text).isKnown)
    }

    @Test func `has a documented order, which the ledger numbers`() {
        #expect(Action.known.map(\.code) == ["INS", "PLT", "DNC", "Create", "StartTestDrive"])
        #expect(Source.known.map(\.name) == ["AzureMarketplace", "AzurePortal", "TestDrive", "SPZA"])
    }

    @Test(
        arguments: [
            ("AzureMarketplace", ["INS", "StartTestDrive"]), ("AzurePortal", ["Create", "StartTestDrive"]),
            ("TestDrive", ["StartTestDrive"]), ("AppSource (SPZA)", ["INS", "PLT", "DNC", "StartTestDrive"]),
            ("Elsewhere", []),
        ] as [(String, Set<String>)])
    func `fits together as documented`(source: String, actions: Set<String>) {
        let fitting = Action.known.filter { Marketplace.fits(Source(source), $0) }.map(\.code)
        #expect(Set(fitting) == actions)
        #expect(!Marketplace.fits(Source(source), Action("REQ")))
    }
}

@Suite struct `An offer` {
    @Test(
        arguments: [
            ("checkpoint.check-point-r77-10sg-byol", "checkpoint.check-point-r77-10sg-byol", "checkpoint"),
            ("bitnami.openedxcypress", "bitnami.openedxcypress", "bitnami"),
            (
                "docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145a", "docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145a",
                "docusign"
            ),
            (
                "docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145", "docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145",
                "docusign"
            ),
            ("  bitnami . openedxcypress ", "bitnami.openedxcypress", "bitnami"), ("a.b.c", "a.b.c", "a"),
            ("Contoso Test", "Contoso Test", nil), ("<Offer Name>", "<Offer Name>", nil), ("bitnami.", "bitnami.", nil),
            (".openedx", ".openedx", nil), (".", ".", nil), ("Größe.Über", "Größe.Über", "Größe"),
        ] as [(String, String, String?)])
    func `is kept, with its publisher where it names one`(text: String, kept: String, publisher: String?) throws {
        let offer = try #require(Offer(text))
        #expect(offer.text == kept)
        #expect(offer.publisher == publisher)
        #expect(Offer(offer.text) == offer)
    }

    @Test(arguments: ["", " ", "\t\r\n", "\u{a0}"])
    func `is not there in text that says nothing`(text: String) {
        #expect(Offer(text) == nil)
    }
}

@Suite struct `A lead source` {
    @Test(
        arguments: [
            (
                "MSFT_TEST_636573304831318844-MSFT_TEST_636573304831318844|<Offer Name>",
                "MSFT_TEST_636573304831318844", "MSFT_TEST_636573304831318844", "<Offer Name>"
            ),
            ("AzureMarketplace", "AzureMarketplace", nil, nil),
            ("Test run through MS Flow", "Test run through MS Flow", nil, nil),
            ("AzureMarketplace-INS|bitnami.openedxcypress", "AzureMarketplace", "INS", "bitnami.openedxcypress"),
            (
                "AzurePortal-Create | checkpoint.check-point-r77-10sg-byol", "AzurePortal", "Create",
                "checkpoint.check-point-r77-10sg-byol"
            ),
            (
                "SPZA-PLT|docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145a", "SPZA", "PLT",
                "docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145a"
            ),
            ("AppSource (SPZA)-DNC |  bitnami.openedxcypress", "SPZA", "DNC", "bitnami.openedxcypress"),
            (
                "TestDrive-StartTestDrive|bitnami.openedxcypress", "TestDrive", "StartTestDrive",
                "bitnami.openedxcypress"
            ),
            (" azureportal - create |a.b-c|d-e", "AzurePortal", "Create", "a.b-c|d-e"),
            ("AzureMarketplace-INS", "AzureMarketplace", "INS", nil),
            ("AzureMarketplace-REQ", "AzureMarketplace", "REQ", nil),
            ("Flow-INS", "Flow", "INS", nil), ("Test-run", "Test-run", nil, nil),
            ("my-own-flow-PLT", "my-own-flow", "PLT", nil),
            ("my-own-flow|a.b", "my-own", "flow", "a.b"), ("AzureMarketplace|a.b", "AzureMarketplace", nil, "a.b"),
            ("-INS|a.b", nil, "INS", "a.b"), ("SPZA-|a.b", "SPZA", nil, "a.b"), ("SPZA-INS|", "SPZA", "INS", nil),
            ("|a.b", nil, nil, "a.b"), ("|", nil, nil, nil), ("", nil, nil, nil), ("  ", nil, nil, nil),
        ] as [(String, String?, String?, String?)])
    func `is read in both shapes`(text: String, source: String?, action: String?, offer: String?) {
        let read = LeadSource(text)
        #expect(read.source?.name == source)
        #expect(read.action?.code == action)
        #expect(read.offer?.text == offer)
    }
}

@Suite struct `A policy` {
    @Test(arguments: [
        (Policy.september2018, ["INS": 1, "StartTestDrive": 2, "PLT": 3, "Create": 3]),
        (Policy.august2019, ["PLT": 1, "StartTestDrive": 2, "INS": 3, "Create": 3]),
    ])
    func `reads each action as its time did`(policy: Policy, stages: [String: Int]) {
        for action in Action.known + [Action("REQ"), Action("")] {
            #expect(policy.stage(of: action)?.rawValue == stages[action.code])
        }
    }

    @Test func `never sees a stage in a DNC`() {
        let policy = Policy(name: "ours", stages: [.doNotContact: .active, Action("Demo"): .trial])
        #expect(policy.stage(of: .doNotContact) == nil)
        #expect(policy.stage(of: Action("Demo")) == .trial)
        #expect(policy.stage(of: .install) == nil)
    }

    @Test func `is named after its month, the older one first`() {
        #expect(Policy.builtIn.map(\.name) == ["2018-09", "2019-08"])
    }

    @Test func `knows three stages in order`() {
        #expect(Stage.allCases.map(\.description) == ["interest", "trial", "active"])
        #expect(Stage.allCases.map(\.rawValue) == [1, 2, 3])
        #expect(Stage.interest < .trial && Stage.trial < .active)
        #expect(Stage.allCases.allSatisfy { Stage(name: $0.description) == $0 })
        #expect(Stage(name: "Interest") == nil && Stage(name: "") == nil)
    }
}
