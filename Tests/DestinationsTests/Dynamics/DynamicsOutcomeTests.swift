import Destinations
import Leads
import OrderedJSON
import Testing

struct DynamicsOutcomeTests {
    private static let rules = DynamicsOutcome.Rules(
        externalID: "xyz_leadid", columns: ["jobtitle", "emailaddress1", "leadsourcecode", "foo", "xyz_n"],
        constants: ["leadsourcecode"])
    private static let keeping = DynamicsOutcome.Rules(keepsExisting: true, columns: ["jobtitle"])

    private static func read(
        _ status: Int, _ body: String?, rules: DynamicsOutcome.Rules = rules, isDataverse: Bool = true
    ) throws -> DynamicsOutcome {
        DynamicsOutcome(
            status: status, body: try body.map { try JSON.parse(Array($0.utf8)) }, isDataverse: isDataverse,
            of: DynamicsSamples.outgoing(), rules: rules)
    }

    private static func body(_ code: String, _ message: String = "Words.") -> String {
        "{\"error\":{\"code\":\"\(code)\",\"message\":\"\(message)\"}}"
    }

    @Test(arguments: [
        (201, Outcome.delivered), (200, .delivered), (204, .delivered), (301, .config), (307, .config),
        (400, .rejected), (401, .authRefresh), (403, .config), (404, .config), (405, .config), (406, .config),
        (408, .retry), (409, .rejected), (412, .retry), (413, .rejected), (415, .config), (429, .throttled),
        (500, .retry), (502, .retry), (503, .retry), (504, .retry), (600, .retry),
    ])
    func `a status without a code means one outcome`(status: Int, outcome: Outcome) throws {
        let found = try Self.read(status, nil)
        #expect(found.outcome == outcome)
        #expect(found.reason.contains("\(status)"))
    }

    @Test(arguments: [
        ("0x80072321", 429, Outcome.throttled), ("0x80072322", 429, .throttled), ("0x80072326", 429, .throttled),
        ("0x80072322", 503, .throttled), ("0x8005F101", 401, .authRefresh), ("0x8005f101", 401, .authRefresh),
        ("0X8005F101", 400, .authRefresh), ("0x80040220", 403, .config), ("-2147220960", 403, .config),
        ("2147746336", 403, .config), ("0x80048306", 403, .config), ("-2147187962", 403, .config),
        ("0x80072560", 403, .config), ("0x80060892", 412, .retry), ("0x80040333", 412, .rejected),
        ("0x80040333", 500, .rejected), ("0x80040237", 412, .retry), ("-2147220937", 500, .retry),
        ("0x8006088a", 404, .config), ("0x8006088A", 404, .config), ("0x80048d19", 400, .config),
        ("0x80048D19", 400, .config), ("0x80060888", 400, .config), ("0x80044331", 400, .rejected),
        ("0x8004431A", 400, .rejected), ("0x80040203", 400, .rejected), ("0x80040265", 400, .rejected),
        ("0x80040265", 500, .rejected), ("0x80040217", 404, .rejected), ("-2147220969", 404, .rejected),
        ("", 400, .rejected), ("0x0", 500, .retry), ("0", 403, .config), ("nonsense", 429, .throttled),
        ("0x80040216", 500, .retry), ("0x80060882", 412, .retry), ("0x80040216", 400, .rejected),
    ])
    func `a code means one outcome, however it is written`(code: String, status: Int, outcome: Outcome) throws {
        #expect(try Self.read(status, Self.body(code)).outcome == outcome)
        if let number = Int64(code), number != 0 {
            let body = "{\"error\":{\"code\":\(number),\"message\":\"Words.\"}}"
            #expect(try Self.read(status, body).outcome == outcome)
        }
    }

    @Test func `a lead that is there already is delivered where it is to be kept`() throws {
        let known = Self.body("", "A record with matching key values already exists.")
        #expect(try Self.read(412, known, rules: Self.keeping).outcome == .alreadyDelivered)
        #expect(try Self.read(412, Self.body("0x80040237"), rules: Self.keeping).outcome == .alreadyDelivered)
        #expect(try Self.read(412, known).outcome == .retry)
    }

    @Test func `a key that another lead has taken does not get free by waiting`() throws {
        func taken(_ column: String) -> String {
            Self.body(
                "0x80060892",
                "Entity Key K violated. A record with the same value for \(column) already exists. A duplicate record "
                    + "cannot be created.")
        }
        #expect(try Self.read(412, taken("xyz_leadid")).outcome == .retry)
        #expect(try Self.read(412, taken("Some Name")).outcome == .retry)
        let other = try Self.read(412, taken("emailaddress1"))
        #expect(other.outcome == .rejected && other.reason.hasPrefix("0x80060892 on emailaddress1: "))
        #expect(try Self.read(412, taken("xyz_leadid"), rules: Self.keeping).outcome == .rejected)
    }

    @Test(arguments: [
        ("0x0", "Could not find a property named 'foo' on type 'Microsoft.Dynamics.CRM.lead'."),
        ("", "The property 'foo' does not exist on type 'Microsoft.Dynamics.CRM.lead'. Make sure to only use names."),
        ("0x80060888", "Could not find a property named 'foo' on type 'Microsoft.Dynamics.CRM.lead'."),
        (
            "0x80048d19",
            "Error identified in Payload provided by the user for Entity :'leads', For more information on this error "
                + "please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  "
                + "InnerException : Microsoft.OData.ODataException: An undeclared property 'foo' which only has "
                + "property annotations in the payload but no property value was found in the payload."
        ),
        (
            "0x80048d19",
            "Error identified in Payload provided by the user for Entity :'leads' ----> InnerException : "
                + "Microsoft.Crm.CrmException: Invalid property 'foo' was found in entity "
                + "'Microsoft.Dynamics.CRM.lead'."
        ),
    ])
    func `a column that does not exist is named`(code: String, message: String) throws {
        let found = try Self.read(400, Self.body(code, message))
        #expect(found.outcome == .config)
        #expect(found.reason.contains(" on foo: ") && found.reason.contains("'foo'"))
        #expect(found.reason.contains("map.…") && !found.reason.contains("fwlink"))
    }

    @Test func `a value of the wrong type is a matter of the mapping, and is not repeated`() throws {
        let message =
            "Error identified in Payload provided by the user ----> InnerException : Microsoft.OData.ODataException: "
            + "Cannot convert the literal 'Grace' to the expected type 'Edm.Int32'."
        let found = try Self.read(400, Self.body("0x80048d19", message))
        #expect(found.outcome == .config)
        #expect(found.reason.contains("Edm.Int32") && !found.reason.contains("Grace"))
    }

    @Test func `a value that is too long names its column`() throws {
        func long(_ column: String) -> String {
            Self.body(
                "0x80044331",
                "A validation error occurred.  The length of the '\(column)' attribute of the 'lead' entity exceeded "
                    + "the maximum allowed length of '100'.")
        }
        let found = try Self.read(400, long("jobtitle"))
        #expect(found.outcome == .rejected)
        #expect(found.reason.hasPrefix("0x80044331 on jobtitle: A validation error occurred."))
        // What every lead is sent is no fault of one.
        let constant = try Self.read(400, long("leadsourcecode"))
        #expect(constant.outcome == .config && constant.reason.hasSuffix("correct constant.leadsourcecode"))
    }

    @Test func `codes and words are found below empty ones`() throws {
        let nested = #"""
            {"error":{"code":"0x0","message":"An error has occurred.","innererror":{"message":"Outer.",
            "internalexception":{"code":"0x80040333","message":"A duplicate exists.","type":"T"}}}}
            """#
        let found = try Self.read(500, nested)
        #expect(found.outcome == .rejected)
        #expect(found.reason.hasPrefix("0x80040333: An error has occurred. Outer. A duplicate exists; "))
        let details = #"{"error":{"code":"","message":"M.","details":[{"code":"-2147220960","message":"D."}]}}"#
        #expect(try Self.read(403, details).reason.hasPrefix("0x80040220: M. D; "))
        let bare = #"{"Message":"An error has occurred.","ExceptionMessage":"E","ErrorCode":-2147220960}"#
        #expect(try Self.read(500, bare).outcome == .config)
        let text = #"{"error":"invalid_token"}"#
        #expect(try Self.read(401, text).outcome == .authRefresh)
        // However deep, reading ends.
        let deep = String(repeating: #"{"error":"#, count: 60) + "{}" + String(repeating: "}", count: 60)
        #expect(try Self.read(500, deep).outcome == .retry)
    }

    @Test func `an answer that Dataverse did not give delivers nothing`() throws {
        #expect(try Self.read(200, nil, isDataverse: false).outcome == .config)
        #expect(try Self.read(204, nil, isDataverse: false).outcome == .config)
        #expect(try Self.read(200, #"{"leadid":"x"}"#, isDataverse: false).outcome == .delivered)
        #expect(try Self.read(200, Self.body("0x80040333")).outcome == .rejected)
    }

    @Test func `contact data stays out of the reason`() throws {
        let message = "Duplicate of Ada O'Neil (ada@example.com, +44 20 7946 0000) and grace@example.org at 'Hopper'"
        let found = try Self.read(412, Self.body("0x80040333", message))
        for word in ["Ada", "O'Neil", "example", "7946", "Hopper"] { #expect(!found.reason.contains(word)) }
        #expect(found.reason.contains("duplicates=allow"))
    }

    @Test func `waiting is asked for where it helps`() throws {
        #expect(try Self.read(429, nil).obeysRetryAfter && Self.read(503, nil).obeysRetryAfter)
        #expect(try !Self.read(400, nil).obeysRetryAfter && !Self.read(403, nil).obeysRetryAfter)
        #expect(try Self.read(429, Self.body("0x80072326")).reason.hasSuffix("lower parallel"))
    }
}
