import OrderedJSON
import Testing

/// What RFC 8259 does not call JSON is refused, with the place where it goes wrong.
struct RefusedTextTests {
    static let valueExpected = "a value is expected"
    static let textEnds = "the text ends where a value is expected"
    static let moreText = "there is more text after the value"
    static let digitExpected = "a digit is expected"
    static let stringOpen = "a string does not end"
    static let hexadecimal = "four hexadecimal digits are expected"
    static let loneSurrogate = "a surrogate stands alone"

    static let texts: [(text: String, offset: Int, reason: String)] = [
        ("", 0, textEnds), (" \n", 2, textEnds), ("[", 1, textEnds), ("[1,", 3, textEnds), (#"{"a":"#, 5, textEnds),
        ("nul", 0, valueExpected), ("nulL", 0, valueExpected), ("True", 0, valueExpected), ("tru e", 0, valueExpected),
        ("NaN", 0, valueExpected), ("Infinity", 0, valueExpected), ("-Infinity", 1, digitExpected),
        ("undefined", 0, valueExpected), ("'a'", 0, valueExpected), ("a", 0, valueExpected), ("]", 0, valueExpected),
        ("\u{feff}{}", 0, valueExpected), ("\u{a0}1", 0, valueExpected), ("\u{0b}1", 0, valueExpected),
        ("/**/1", 0, valueExpected), ("1//", 1, moreText), ("1 1", 2, moreText), ("{}{}", 2, moreText),
        ("[]]", 2, moreText), ("null\0", 4, moreText), ("\"a\"b", 3, moreText), ("truefalse", 4, moreText),
        ("01", 1, moreText), ("-01", 2, moreText), ("00", 1, moreText), ("1.2.3", 3, moreText), ("0x10", 1, moreText),
        ("1e2e3", 3, moreText), ("1_000", 1, moreText), ("\u{ff11}", 0, valueExpected), ("1\u{661}", 1, moreText),
        ("+1", 0, valueExpected), (".5", 0, valueExpected), ("-", 1, digitExpected), ("--1", 1, digitExpected),
        ("-a", 1, digitExpected), ("1.", 2, digitExpected), ("1.e1", 2, digitExpected), ("1e", 2, digitExpected),
        ("1e+", 3, digitExpected), ("1e-x", 3, digitExpected), ("1e+-1", 3, digitExpected), ("[-]", 2, digitExpected),
        ("[1 2]", 3, "a comma or ] is expected"), ("[1", 2, "a comma or ] is expected"),
        ("[1}", 2, "a comma or ] is expected"),
        ("[,1]", 1, valueExpected), ("[1,]", 3, valueExpected), ("[1,,2]", 3, valueExpected), ("[}", 1, valueExpected),
        ("{", 1, "a member name in quotes is expected"), ("{,}", 1, "a member name in quotes is expected"),
        ("{a:1}", 1, "a member name in quotes is expected"), ("{1:1}", 1, "a member name in quotes is expected"),
        (#"{"a":1,}"#, 7, "a member name in quotes is expected"), (#"{"a"}"#, 4, "a colon is expected"),
        (#"{"a" 1}"#, 5, "a colon is expected"), (#"{"a"=1}"#, 4, "a colon is expected"),
        (#"{"a":}"#, 5, valueExpected),
        (#"{"a":1 "b":2}"#, 7, "a comma or } is expected"), (#"{"a":1]"#, 6, "a comma or } is expected"),
        (#"{"a"#, 3, stringOpen), ("\"", 1, stringOpen), (#""a\"#, 3, stringOpen), (#""a\""#, 4, stringOpen),
        ("\"a\nb\"", 2, "a control character stands unescaped in a string"),
        ("\"\0\"", 1, "a control character stands unescaped in a string"),
        ("\"\\n\u{1f}\"", 3, "a control character stands unescaped in a string"),
        (#""\x41""#, 1, "an unknown escape stands in a string"),
        (#""ab\'""#, 3, "an unknown escape stands in a string"),
        (#""\U0041""#, 1, "an unknown escape stands in a string"),
        ("\"\\é\"", 1, "an unknown escape stands in a string"),
        (#""\u""#, 3, hexadecimal), (#""\u12""#, 5, hexadecimal), (#""\u12g4""#, 5, hexadecimal),
        (#""\u 123""#, 3, hexadecimal), (#""\u+123""#, 3, hexadecimal), (#""\u123"#, 6, hexadecimal),
        ("\"\\u00\u{ff11}1\"", 5, hexadecimal),
        (#""\ud800""#, 1, loneSurrogate), (#""a\udc00""#, 2, loneSurrogate), (#""\ud800x""#, 1, loneSurrogate),
        (#""\ud800\n""#, 1, loneSurrogate), (#""\ud800\ud800""#, 1, loneSurrogate),
        (#""\udfff\ud800""#, 1, loneSurrogate),
        (#""\ud800\u0041""#, 1, loneSurrogate), (#""\ud83d\u12""#, 11, hexadecimal),
        (#"["ok", {"deep": [tru]}]"#, 17, valueExpected),
    ]

    @Test(arguments: texts) func `a text that is not JSON is refused where it goes wrong`(
        text: String, offset: Int, reason: String
    ) {
        #expect(throws: JSONError(reason: reason, offset: offset)) { try JSON.parse(text) }
    }

    /// Bytes between quotes that no UTF-8 text holds (Unicode 3.9, table 3-7).
    static let notUTF8: [[UInt8]] = [
        [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc3], [0xc3, 0x28], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf],
        [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0x98],
        [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xfe], [0xff], [0x61, 0xe9, 0x62],
    ]

    @Test(arguments: notUTF8) func `a string that is not UTF-8 is refused and never repaired`(bytes: [UInt8]) {
        let quoted = [0x22] + bytes + [0x22]
        let failure = JSONError(reason: "a string that starts here is not UTF-8", offset: 1)
        #expect(throws: failure) { try JSON.parse(quoted) }
        #expect(throws: failure) { try JSON.parse([0x22, 0x5c, 0x6e] + bytes + [0x22]) }
        #expect(throws: failure) { try JSON.parse([0x22] + bytes + [0x5c, 0x6e, 0x22]) }
        #expect(throws: JSONError.self) { try JSON.parse(Array(#"{"a":1,"#.utf8) + quoted + Array(":2}".utf8)) }
        #expect(throws: JSONError.self) { try JSON.parse(bytes) }
    }

    @Test func `half a character cannot be completed by an escape`() {
        #expect(throws: JSONError.self) { try JSON.parse([0x22, 0xc3] + Array(#"\u00a9""#.utf8)) }
    }

    @Test func `every byte that is no space is refused around a value`() {
        for byte in UInt8.min...UInt8.max where ![0x20, 0x09, 0x0a, 0x0d].contains(byte) {
            #expect(throws: JSONError(reason: Self.moreText, offset: 4)) { try JSON.parse(Array("null".utf8) + [byte]) }
            #expect(throws: JSONError.self) { try JSON.parse([byte] + Array("null".utf8)) }
        }
    }

    @Test func `every beginning of a text is refused at its end or before`() throws {
        let text = Array(#"{"a":[true,false,null,-1.5e+10,"x\u00e9\ud83d\ude00\n"],"b":{"c":{}}}"#.utf8)
        #expect(throws: Never.self) { try JSON.parse(text) }
        for length in 0..<text.count {
            let failure = #expect(throws: JSONError.self) { try JSON.parse(text.prefix(length)) }
            #expect(try #require(failure).offset <= length)
        }
    }

    @Test func `an error says where in words`() {
        #expect("\(JSONError(reason: Self.valueExpected, offset: 7))" == "a value is expected at byte 7")
    }
}
