import Intake
import Leads
import Ledger
import OrderedJSON
import TestKit
import Testing

@Suite struct AzureEntityTests {
    private static let entity = #"""
        {"odata.etag":"W/\"datetime'2020-03-01T10%3A00%3A00Z'\"","PartitionKey":"2020-03","RowKey":"r-1",
         "Timestamp@odata.type":"Edm.DateTime","Timestamp":"2020-03-01T10:00:00.5Z",
         "CreatedTime@odata.type":"Edm.DateTime","CreatedTime":"2020-02-28T09:00:00Z",
         "ProductId":"contoso.app","ActionCode":"INS","LeadSource":"AzureMarketplace","OfferDisplayName":"Contoso App",
         "Description":"Campaigns: ","Retries":3,"IsNew":true,"Score":1.0,
         "CustomerInfo":"{\"FirstName\":\"Ada\",\"EMAIL\":\"ada@example.com\",\"company\":\"Contoso, Ltd\"}"}
        """#

    private static let header =
        "PartitionKey,RowKey,Timestamp,ActionCode,CreatedTime,CustomerInfo,Description,IsNew,LeadSource,"
        + "OfferDisplayName,ProductId,Retries,Score"
    private static let row =
        #"2020-03,r-1,2020-03-01T10:00:00.500Z,INS,2020-02-28T09:00:00.0000000Z,"{""FirstName"":""Ada"","#
        + #"""EMAIL"":""ada@example.com"",""company"":""Contoso, Ltd""}",Campaigns: ,True,AzureMarketplace,"#
        + "Contoso App,contoso.app,3,1"

    private static let typedHeader =
        "PartitionKey,RowKey,Timestamp,ActionCode,ActionCode@type,CreatedTime,CreatedTime@type,CustomerInfo,"
        + "CustomerInfo@type,Description,Description@type,IsNew,IsNew@type,LeadSource,LeadSource@type,"
        + "OfferDisplayName,OfferDisplayName@type,ProductId,ProductId@type,Retries,Retries@type,Score,Score@type,"
        + "Gone,Gone@type"
    private static let typedRow =
        #"2020-03,r-1,2020-03-01T10:00:00.500Z,INS,Edm.String,2020-02-28T09:00:00.0000000Z,Edm.DateTime,"#
        + #""{""FirstName"":""Ada"",""EMAIL"":""ada@example.com"",""company"":""Contoso, Ltd""}",Edm.String,"#
        + "Campaigns: ,Edm.String,true,Edm.Boolean,AzureMarketplace,Edm.String,Contoso App,Edm.String,contoso.app,"
        + "Edm.String,3,Edm.Int32,1,Edm.Double,null,Edm.Null"

    private func members(_ json: String) throws -> [JSON.Member] {
        guard case .object(let members) = try JSON.parse(json) else { return [] }
        return members
    }

    private func event(_ json: String, offer: String? = nil) throws -> NewEvent {
        var entities = AzureEntities()
        guard case .action(let action, let identity) = entities.read(try members(json)) else {
            throw NotAnAction(reading: json)
        }
        return action.asEvent(
            identity: identity ?? .none, actor: "source:table", rules: .system, body: nil,
            offer: offer.flatMap { Offer($0) })
    }

    private func imported(_ text: String, _ format: ImportFormat = .auto, offer: String? = nil) async throws
        -> [NewEvent]
    {
        let folder = try TemporaryFolder()
        let ledger = MemoryLedger()
        var options = ImportOptions()
        options.format = format
        options.offer = offer.flatMap { Offer($0) }
        _ = try await Import(options: options, append: { await ledger.append($0) })
            .run(path: folder.write(text, to: "a.csv"))
        return await ledger.events
    }

    @Test func `an entity is an action of the customer in its customer information`() throws {
        let event = try event(Self.entity)
        let action = try #require(event.recorded)
        #expect(event.identity == .own(scope: "azure-table", "2020-03\u{0}r-1"))
        #expect(event.id == nil)
        #expect(action.contact == Contact(email: "ada@example.com", firstName: "Ada", company: "Contoso, Ltd"))
        #expect(action.offer?.text == "contoso.app")
        #expect(action.offerTitle == "Contoso App")
        #expect(action.source == .azureMarketplace)
        #expect(action.action == .install)
        #expect(action.description == "Campaigns: ")
        #expect(action.occurredAt == Instant("2020-02-28T09:00:00Z"))
        #expect(
            action.other == [
                .init(name: "IsNew", value: "true"), .init(name: "Retries", value: "3"),
                .init(name: "Score", value: "1.0"),
            ])
    }

    @Test func `an export says the same as the table, with and without the columns of types`() async throws {
        let pulled = try event(Self.entity)
        for text in [Self.header + "\n" + Self.row, Self.typedHeader + "\r\n" + Self.typedRow + "\r\n"] {
            for format in [ImportFormat.auto, .azureTable] {
                let events = try await imported(text, format)
                #expect(events.map(\.identity) == [pulled.identity])
                #expect(events.map(\.content) == [pulled.content])
                #expect(events.first?.recorded?.contact == pulled.recorded?.contact)
                #expect(events.first?.occurredAt == pulled.occurredAt)
            }
        }
    }

    @Test func `a row that the storage system writes again says the same, and one that changed does not`() throws {
        let once = try event(Self.entity)
        let again = try event(
            Self.entity.replacing("10:00:00.5Z", with: "11:00:00Z").replacing("10%3A00", with: "11%3A00")
                .replacing("Edm.DateTime", with: "Edm.String"))
        #expect(again.identity == once.identity)
        #expect(again.content == once.content)
        let changed = try event(Self.entity.replacing("Contoso, Ltd", with: "Fabrikam"))
        #expect(changed.identity == once.identity)
        #expect(changed.content != once.content)
    }

    @Test func `an offer that is filled in does not make it another entity`() async throws {
        let text = "PartitionKey,RowKey,ActionCode,ProductId\np,r,INS,8d2f\n"
        let filled = try await imported(text, offer: "contoso.app")
        let pulled = try event(
            #"{"PartitionKey":"p","RowKey":"r","ActionCode":"INS","ProductId":"8d2f"}"#, offer: "x.y")
        #expect(filled.map(\.offer) == ["contoso.app"])
        #expect(filled.map(\.content) == [pulled.content])
        #expect(filled.first?.recorded?.other == [.init(name: "ProductId", value: "8d2f")])
    }

    @Test func `without a time of its own a row happened when it was written last`() throws {
        let json = #"{"PartitionKey":"p","RowKey":"r","ActionCode":"INS","Timestamp":"2020-03-01T10:00:00Z"}"#
        let once = try event(json)
        #expect(once.occurredAt == Instant("2020-03-01T10:00:00Z"))
        #expect(once.content == (try event(json.replacing("2020", with: "2021"))).content)
        let unreadable = try event(json.replacing("{", with: #"{"CreatedTime":"3/1/2020 10 AM","#))
        #expect(unreadable.occurredAt == Instant("2020-03-01T10:00:00Z"))
        #expect(unreadable.recorded?.other == [.init(name: "CreatedTime", value: "3/1/2020 10 AM")])
    }

    @Test func `customer information that is text is kept, and its lines are read`() throws {
        let lines = try event(
            #"{"PartitionKey":"p","RowKey":"r","CustomerInfo":"First Name: Ada\nEmail: ada@example.com; Note: x"}"#)
        #expect(lines.recorded?.contact == Contact(email: "ada@example.com", firstName: "Ada"))
        let kept = [
            MarketplaceAction.Extra(name: "CustomerInfo", value: "First Name: Ada\nEmail: ada@example.com; Note: x")
        ]
        #expect(lines.recorded?.other == kept)
        let plain = try event(#"{"PartitionKey":"p","RowKey":"","ActionCode":"INS","CustomerInfo":"Ada at Contoso"}"#)
        #expect(plain.recorded?.contact.isEmpty == true)
        #expect(plain.recorded?.other == [.init(name: "CustomerInfo", value: "Ada at Contoso")])
        #expect(plain.identity == .own(scope: "azure-table", "p\u{0}"))
    }

    @Test func `a row that says nothing is quarantined once, however often it is written`() async throws {
        let text = "PartitionKey,RowKey,Timestamp,X\np,r,2020-01-01T00:00:00Z,\np,r,2021-01-01T00:00:00Z,\n"
        let events = try await imported(text)
        #expect(events.map(\.type) == [.intakeQuarantined])
        #expect(events.map(\.identity) == [.own(scope: "azure-table", "p\u{0}r")])
    }

    @Test func `where an export of a table is expected, other columns are refused`() async throws {
        await #expect(throws: ImportError.self) { try await imported("action,email\nINS,a@b.c\n", .azureTable) }
        let events = try await imported("PartitionKey,RowKey,action\np,r,INS\n", .csv)
        #expect(events.map(\.identity) == [.row(ordinal: 0)])
    }
}
