import OrderedJSON
import Testing

/// What RFC 8259 calls JSON is read, and means what it says.
struct AcceptedTextTests {
    static let values: [(text: String, value: JSON)] = [
        ("null", .null), ("true", .bool(true)), ("false", .bool(false)),
        ("0", .number("0")), ("-0", .number("-0")), ("\"\"", .string("")), ("[]", .array([])), ("{}", .object([])),
        (" \t\r\n[ \t\r\n] \t\r\n", .array([])), ("{ \n}", .object([])),
        ("[1,2]", .array([.number("1"), .number("2")])),
        ("[ 1 , [ ] , { } ]", .array([.number("1"), .array([]), .object([])])),
        (#"{"a":1}"#, ["a": .number("1")]),
        (#"{ "a" : 1 , "b" : [ null ] }"#, ["a": .number("1"), "b": .array([.null])]),
        (#"{"":0}"#, ["": .number("0")]),
        (#"{"a":{"a":{"a":""}}}"#, ["a": ["a": ["a": .string("")]]]),
        (#"{"\u0061":1}"#, ["a": .number("1")]),
    ]

    @Test(arguments: values) func `a text is read as the value it stands for`(text: String, value: JSON) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test(arguments: [
        "0", "-0", "1", "-1", "10", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "123456789012345678901234567890", "0.1", "-0.10", "1.000", "1e0", "1E0", "1e+0", "1e-0", "1.5e300", "1e999999",
        "-0.0e-00", "0e1", "0.00000000000000000000000000001",
    ]) func `a number keeps its digits as written`(digits: String) throws {
        #expect(try JSON.parse(digits) == .number(digits))
        #expect(try JSON.parse("[\(digits) ]").text == "[\(digits)]")
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.0", nil), ("1e3", nil),
        ] as [(String, Int64?)]) func `an integer is given only where the digits are one`(digits: String, value: Int64?)
        throws
    {
        #expect(try JSON.parse(digits).integer == value)
    }

    static let strings: [(text: String, scalars: [UInt32])] = [
        (#""\"\\\/\b\f\n\r\t""#, [0x22, 0x5c, 0x2f, 0x08, 0x0c, 0x0a, 0x0d, 0x09]),
        (#""\u0000""#, [0]), (#""a\u0000b""#, [0x61, 0, 0x62]), (#""\u001f""#, [0x1f]), ("\"\u{7f}\"", [0x7f]),
        (#""\u00e9\u00E9""#, [0xe9, 0xe9]), ("\"e\u{301}\"", [0x65, 0x301]), (#""e\u0301""#, [0x65, 0x301]),
        (#""\ud83d\ude00""#, [0x1f600]), (#""\uD83D\uDE00""#, [0x1f600]), ("\"\u{1f600}\"", [0x1f600]),
        (#""\ud800\udc00""#, [0x10000]), (#""\udbff\udfff""#, [0x10ffff]),
        (#""\ud7ff\ue000\uffff\ufffe""#, [0xd7ff, 0xe000, 0xffff, 0xfffe]), (#""\ufeff""#, [0xfeff]),
        ("\"\u{2028}\u{2029}\"", [0x2028, 0x2029]), (#""x\ny\tz""#, [0x78, 0x0a, 0x79, 0x09, 0x7a]),
        ("\"/\"", [0x2f]),
    ]

    @Test(arguments: strings) func `a string is read scalar by scalar`(text: String, scalars: [UInt32]) throws {
        let string = try #require(try JSON.parse(text).string)
        #expect(string.unicodeScalars.map(\.value) == scalars)
    }

    @Test func `members keep their order and repeated names stay`() throws {
        let value = try JSON.parse(#"{"b":1,"a":2,"b":3,"":4}"#)
        #expect(
            value
                == .object([
                    JSON.Member("b", .number("1")), JSON.Member("a", .number("2")), JSON.Member("b", .number("3")),
                    JSON.Member("", .number("4")),
                ]))
        #expect(value["b"] == .number("1"))
        #expect(value["c"] == nil)
        #expect(JSON.null["b"] == nil)
    }

    @Test func `many members and long strings are read whole`() throws {
        let members = (0..<5_000).map { JSON.Member("name\($0)", .string(String(repeating: "é", count: $0 % 97))) }
        let text = JSON.object(members).text
        #expect(try JSON.parse(text) == .object(members))
        let long = String(repeating: "\"\\\n\u{1f600}x", count: 200_000)
        #expect(try JSON.parse(JSON.string(long).text).string == long)
    }

    @Test func `bytes that do not lie in one piece are read too`() throws {
        let pieces = [Array(#"{"a":"#.utf8), Array("[1,2]}".utf8)].joined()
        #expect(try JSON.parse(pieces) == ["a": .array([.number("1"), .number("2")])])
    }

    @Test(arguments: [0, 1, 5, 64, 500]) func `arrays and objects nest as deep as allowed and no deeper`(limit: Int)
        throws
    {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            func text(_ depth: Int, around core: String) -> [UInt8] {
                Array((String(repeating: open, count: depth) + core + String(repeating: close, count: depth)).utf8)
            }
            #expect(throws: Never.self) { try JSON.parse(text(limit, around: "1"), maximumDepth: limit) }
            #expect(throws: JSONError(reason: "values nest deeper than \(limit)", offset: limit * open.utf8.count)) {
                try JSON.parse(text(limit + 1, around: "1"), maximumDepth: limit)
            }
            #expect(throws: JSONError.self) { try JSON.parse(text(limit, around: "[]"), maximumDepth: limit) }
        }
    }

    @Test func `brackets without end are refused, however many`() {
        #expect(throws: JSONError(reason: "values nest deeper than 64", offset: 64)) {
            try JSON.parse([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
        }
    }
}
