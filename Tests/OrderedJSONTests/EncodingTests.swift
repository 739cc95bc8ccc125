import OrderedJSON
import Testing

/// A value written as text reads back as the same value.
struct EncodingTests {
    @Test func `a value is written on one line without space`() {
        let value: JSON = [
            "name": .string("Zoë"), "empty": .object([]), "list": .array([.null, .bool(true), .bool(false)]),
            "none": .array([]), "number": .number("1.50"),
        ]
        #expect(value.text == #"{"name":"Zoë","empty":{},"list":[null,true,false],"none":[],"number":1.50}"#)
    }

    @Test func `a pretty text is indented by two spaces`() {
        let value: JSON = ["a": .array([.number("1"), ["b": .null]]), "c": .object([]), "d": .array([])]
        #expect(
            String(decoding: value.encoded(pretty: true), as: UTF8.self) == """
                {
                  "a": [
                    1,
                    {
                      "b": null
                    }
                  ],
                  "c": {},
                  "d": []
                }
                """)
    }

    @Test func `what must be escaped is escaped, and nothing else`() throws {
        #expect(JSON.string("\"\\/\n\r\t").text == #""\"\\/\n\r\t""#)
        #expect(JSON.string("\0\u{8}\u{b}\u{c}\u{1f}\u{7f}").text == #""\u0000\u0008\u000b\u000c\u001f\u007f""#)
        #expect(JSON.string("é\u{301}\u{1f600}\u{2028}").encoded() == Array("\"é\u{301}\u{1f600}\u{2028}\"".utf8))
        for byte in UInt8(0)..<0x80 {
            let text = String(Unicode.Scalar(byte))
            #expect(try JSON.parse(JSON.string(text).encoded()) == .string(text))
        }
    }

    @Test func `numbers of Swift are written so that they read back`() {
        #expect(JSON.number(Int64.min).text == "-9223372036854775808")
        #expect(JSON.number(UInt64.max).text == "18446744073709551615")
        for value in [0.0, -0.0, 0.1, 1.0 / 3, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1e16, -1e-7, 100] {
            let json = JSON.number(value)
            #expect(throws: Never.self) { try JSON.parse(json.encoded()) }
            #expect(Double(json.text)?.bitPattern == value.bitPattern)
        }
        for value in [Double.nan, .infinity, -.infinity] { #expect(JSON.number(value) == .null) }
        #expect(JSON.optional(nil) == .null)
        #expect(JSON.optional("") == .string(""))
    }

    @Test func `a value asked for as another kind is not there`() {
        for value in [JSON.null, .number("1"), .array([]), .object([])] {
            #expect(value.string == nil)
            #expect(value.bool == nil)
        }
        #expect(JSON.string("1").integer == nil)
        #expect(JSON.object([]).array == nil)
        #expect(JSON.bool(false).bool == false)
    }
}
