import Intake
import Leads
import Ledger
import OrderedJSON
import Testing

@Suite struct ActionShapesTests {
    @Test(arguments: [
        "Occurred At,Source,Action,Offer,E-Mail,First Name,Last Name",
        "occurred_at,SOURCE,ActionCode,offer,email,first_name,last_name",
        "OccurredAt,source,action_code,Offer,Email Address,FIRSTNAME,last-name",
        "at,source,ACTION,offer,EMAIL,firstName,lastName",
        "time,source,Action Code,offer,email,First-Name,Last_Name",
        "Timestamp,source,action,offer,email, First Name ,lastname",
        "created,source,action,offer,UserDetails.Email,UserDetails.FirstName,userdetails/lastname",
    ])
    func `headers match in every spelling`(header: String) throws {
        let row = "2018-10-05T08:00:00Z,azuremarketplace,ins,bitnami.openedxcypress,ada@example.com,Ada,Lovelace"
        let expected = MarketplaceAction(
            source: .azureMarketplace, action: .install, offer: Offer("bitnami.openedxcypress"),
            occurredAt: Instant("2018-10-05T08:00:00Z"),
            contact: Contact(email: "ada@example.com", firstName: "Ada", lastName: "Lovelace"))
        #expect(try action(read(header: header, row: row)) == expected)
    }

    @Test(arguments: ["Lead Source", "LeadSource", "lead_source", "LEAD-SOURCE"])
    func `the composite text gives what has no column of its own`(header: String) throws {
        let whole = try action(
            read(header: header + ",email", row: "AppSource (SPZA)-PLT |  bitnami.openedxcypress,a@b.c"))
        #expect(whole.source == .appSource)
        #expect(whole.action == .partnerLedTrial)
        #expect(whole.offer?.text == "bitnami.openedxcypress")
        #expect(whole.leadSource == "AppSource (SPZA)-PLT |  bitnami.openedxcypress")
        let beside = try action(read(header: header + ",action", row: "AzurePortal-Create|x.y,INS"))
        #expect(beside.action == .install)
        #expect(beside.source == .azurePortal)
    }

    @Test func `a better name of one field wins, and the other value is kept`() throws {
        let both = try action(read(header: "Timestamp,occurredAt,action", row: "2020-01-01,2018-01-01,INS"))
        #expect(both.occurredAt == Instant("2018-01-01"))
        #expect(both.other == [.init(name: "Timestamp", value: "2020-01-01")])
        let one = try action(read(header: "Timestamp,occurredAt,action", row: "2020-01-01,,INS"))
        #expect(one.occurredAt == Instant("2020-01-01"))
        let json = try action(read(#"{"created":"2020-01-01","at":"2019-01-01","actionCode":"INS"}"#))
        #expect(json.occurredAt == Instant("2019-01-01"))
        #expect(json.other == [.init(name: "created", value: "2020-01-01")])
    }

    @Test func `columns that are not known are kept under their own names`() throws {
        let read = try action(read(header: "action,Campaign Code,,oid", row: "INS,\"a \"\"b\"\"\",y,"))
        #expect(read.other == [.init(name: "Campaign Code", value: "a \"b\""), .init(name: "column 3", value: "y")])
    }

    @Test func `a row with another number of fields than the header is refused`() throws {
        #expect(try read(header: "action,email", row: "INS").error == .fieldCount(found: 1, expected: 2))
        #expect(try read(header: "action,email", row: "INS,a@b.c,x").error == .fieldCount(found: 3, expected: 2))
        #expect(try action(read(header: "action,email", row: "INS,a@b.c,,")).contact.email == "a@b.c")
    }

    @Test func `a header without any known name is none`() {
        guard case .record(let record) = csv("ada@example.com,INS\n")[0] else { return #expect(Bool(false)) }
        #expect(ActionColumns(header: record) == nil)
    }

    @Test func `every published payload is read`() throws {
        let samples = try JSON.parse(golden("marketplace-payloads.json"))
        let payloads = try #require(samples["payloads"]?.array)
        #expect(payloads.count == 4)
        for payload in payloads {
            let body = try #require(payload["body"])
            for text in [body.text, Self.lowerCamel(body).text, Self.upper(body).text] {
                let reading = read(text)
                if payload["name"]?.string == "wire-2019-12-camelCase" {
                    // Its values were blanked, so it says nothing.
                    guard case .quarantine = reading else { throw NotAnAction(reading: "\(reading)") }
                    continue
                }
                let action = try action(reading)
                #expect(action.contact.email == body["UserDetails"]?["Email"]?.string)
                #expect(action.contact.country == body["UserDetails"]?["Country"]?.string)
                #expect(action.contact.title == body["UserDetails"]?["Title"]?.string)
                #expect(action.offerTitle == body["OfferTitle"]?.string)
                #expect(action.description == body["Description"]?.string)
                #expect(action.leadSource == body["LeadSource"]?.string)
                #expect(action.action?.code == body["ActionCode"]?.string)
                #expect(action.source?.name == body["LeadSource"]?.string)
                #expect(action.other.isEmpty)
                #expect(action.isTest == (payload["name"]?.string == "docs-2020-10-test-lead"))
            }
        }
    }

    @Test func `published composite texts, descriptions and form fields are read`() throws {
        let samples = try JSON.parse(golden("marketplace-payloads.json"))
        for text in try #require(samples["leadSources"]?.array).compactMap(\.string) {
            let row: JSON = ["lead_source": .string(text)]
            #expect(try action(read(row.text)).source == LeadSource(text).source)
        }
        for text in try #require(samples["descriptions"]?.array).compactMap(\.string) {
            let row: JSON = ["ActionCode": .string("INS"), "Description": .string(text)]
            #expect(try action(read(row.text)).description == text)
        }
        let pairs = try #require(samples["formPairs"]?.array).compactMap(\.array)
        let form = try action(
            read(
                header: pairs.compactMap { $0[0].string }.joined(separator: ","),
                row: pairs.compactMap { $0[1].string }.joined(separator: ",")))
        #expect(form.isTest)
        #expect(form.contact.phone == "1234567890")
        #expect(form.contact.lastName == "MSFT_TEST_636573304831318844")
        #expect(form.other.map(\.name) == ["encoding", "encoding", "oid"])
        let addIn = try #require(samples["addInFields"]?.array).compactMap(\.string).joined(separator: ",")
        let person = try action(read(header: addIn, row: "Ada,Lovelace,ada@example.com")).contact
        #expect(person == Contact(email: "ada@example.com", firstName: "Ada", lastName: "Lovelace"))
    }

    @Test func `numbers and truth values are taken as text, null and empty text as missing`() throws {
        let read = try action(
            read(
                """
                {"action":"INS","phone":1234567890,"title":true,"company":null,"country":"","x":{"b":[1,2.50]},"y":[]}
                """
            ))
        #expect(read.contact == Contact(phone: "1234567890", title: "true"))
        #expect(read.other == [.init(name: "x", value: #"{"b":[1,2.50]}"#), .init(name: "y", value: "[]")])
    }

    @Test func `a contact may stand as text that holds its object`() throws {
        let row: JSON = [
            "ActionCode": .string("INS"), "CustomerInfo": .string(#"{"Email":"a@b.c","Plan":7}"#),
            "UserDetails": .string("free text"),
        ]
        let read = try action(read(row.text))
        #expect(read.contact.email == "a@b.c")
        #expect(
            read.other == [
                .init(name: "CustomerInfo.Plan", value: "7"), .init(name: "UserDetails", value: "free text"),
            ])
    }

    @Test(arguments: ["{}", #"{"email":""}"#, #"{"x":1}"#, #"{"userDetails":{"email":null}}"#, #"{"id":"7"}"#])
    func `an object without any known field is quarantined`(json: String) {
        guard case .quarantine(let reason, _) = read(json) else { return #expect(Bool(false)) }
        #expect(reason == ActionReading.saysNothing)
    }

    @Test(arguments: ["[]", "7", "\"x\"", "null", "{", "{\"a\":}", "", "{\"a\":1}x"])
    func `what is no object is refused`(json: String) { #expect(read(json).error != nil) }

    @Test func `an action code may be missing`() throws {
        let action = try action(read(#"{"email":"a@b.c"}"#))
        #expect(action.action == nil)
        #expect(action.isMismatched)
    }

    @Test func `a field that cannot be read is named, and its value is not shown`() throws {
        let secret = "ada@example.com"
        let time = read(#"{"action":"INS","occurredAt":"\#(secret)"}"#)
        #expect(time.error == .unreadableTime(field: "occurredAt"))
        let long = read(#"{"action":"INS","company":"\#(String(repeating: secret, count: 600))"}"#)
        #expect(long.error == .fieldTooLong(field: "company", limit: 8_192))
        let column = try read(header: "action,Remark", row: "INS," + String(repeating: "x", count: 8_193))
        #expect(column.error == .fieldTooLong(field: "Remark", limit: 8_192))
        for reading in [time, long, column, read("{\"a\":\"\(secret)")] {
            #expect(reading.error.map { !$0.description.contains(secret) } == true)
        }
        let full = try action(read(header: "action,Remark", row: "INS," + String(repeating: "x", count: 8_192)))
        #expect(full.other[0].value.utf8.count == 8_192)
    }

    @Test(arguments: ["source", "action", "offer", "country"])
    func `what the ledger numbers has a limit of its own`(field: String) throws {
        let other = field == "action" ? "source" : "action"
        // Two bytes a letter: the limit counts bytes.
        for text in [String(repeating: "é", count: 129), String(repeating: "x", count: 257)] {
            #expect(
                read(#"{"\#(other)":"INS","\#(field)":"\#(text)"}"#).error == .fieldTooLong(field: field, limit: 256))
            let row = try read(header: "\(other),\(field)", row: "INS,\(text)")
            #expect(row.error == .fieldTooLong(field: field, limit: 256))
        }
        let longest = String(repeating: "x", count: 256)
        _ = try action(read(#"{"\#(other)":"INS","\#(field)":"\#(longest)"}"#))
        _ = try action(read(header: "\(other),\(field)", row: "INS,\(longest)"))
    }

    @Test func `a composite text cannot carry a part beyond its limit`() throws {
        let long = String(repeating: "x", count: 257)
        for text in ["\(long)-INS | a.b", "SPZA-\(long) | a.b", "SPZA-INS | a.\(long)", long] {
            #expect(read(#"{"Lead Source":"\#(text)"}"#).error == .fieldTooLong(field: "Lead Source", limit: 256))
        }
        let whole = try action(read(#"{"leadSource":"SPZA-INS | a.\#(long)","offer":"c.d"}"#))
        #expect(whole.offer?.text == "c.d")
    }

    @Test func `a reason shows no control characters of the input`() {
        let error = IntakeError.conflict(id: "a\u{1b}[2J\u{9b}2J\u{7f}\r\nb", seq: 1)
        #expect(!error.description.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test func `texts that look the same stay the bytes that they are`() throws {
        let composed = "caf\u{e9}"
        let decomposed = "cafe\u{301}"
        var objects = ActionObjects()
        for text in [composed, decomposed] {
            let json = #"{"source":"\#(text)","action":"\#(text)","offer":"a.\#(text)"}"#
            let fields = try action(objects.read(Array(json.utf8)))
            #expect(fields.source.map { Array($0.name.utf8) } == Array(text.utf8))
            #expect(fields.action.map { Array($0.code.utf8) } == Array(text.utf8))
            #expect(fields.offer.map { Array($0.text.utf8) } == Array("a.\(text)".utf8))
            let parts = try action(objects.read(Array(#"{"leadSource":"\#(text)-INS | a.b"}"#.utf8)))
            #expect(parts.source.map { Array($0.name.utf8) } == Array(text.utf8))
        }
    }

    private static func lowerCamel(_ value: JSON) -> JSON {
        renamed(value) { $0.prefix(1).lowercased() + $0.dropFirst() }
    }

    private static func upper(_ value: JSON) -> JSON { renamed(value) { $0.uppercased() } }

    private static func renamed(_ value: JSON, _ rename: (String) -> String) -> JSON {
        guard case .object(let members) = value else { return value }
        return .object(members.map { JSON.Member(rename($0.name), renamed($0.value, rename)) })
    }
}

extension ActionReading {
    var error: IntakeError? { if case .refused(let error) = self { error } else { nil } }
}
