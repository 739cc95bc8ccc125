package import Leads
internal import OrderedJSON

/// An answer by which a storage service refuses: what is wrong, and how to mend it.
///
/// The words of the service itself are left out: they may repeat what was signed.
package struct StorageError: Error, Hashable, CustomStringConvertible {
    /// What helps.
    package enum Kind: Hashable, Sendable {
        /// Trying again a little later.
        case passing
        /// Trying again later, and less often.
        case throttled
        /// A person who changes something.
        case settings
    }

    package let status: Int
    /// The code of the service, such as `AuthenticationFailed`; `nil` where the answer has none.
    package let code: String?
    package let kind: Kind
    package let problem: String
    package let mend: String
    /// The first line of what the service says, without what leads to it in a batch. It may repeat what was sent: only
    /// a cleaned form of it may be shown.
    package let words: String?
    /// The place of the operation that failed, where the service names one of a batch.
    package let place: Int?

    /// - Parameters:
    ///   - use: what was asked for, which says how to mend what is wrong.
    ///   - header: the value of a header of the answer, by its name in lower case.
    ///   - now: the time here, to tell a clock that is wrong.
    package init(
        status: Int, body: [UInt8], now: Instant, use: StorageUse = .readTable, header: (String) -> String?
    ) {
        let code = Self.code(body: body, header: header)
        let text = String(decoding: body.prefix(4_096), as: UTF8.self)
        var meaning = StorageErrorCodes(use).meaning(of: code, status: status)
        if code == "AuthenticationFailed" {
            // The service goes by its own clock where a signature names a time, whatever the time is here.
            if text.contains("not valid in the specified time frame") {
                meaning = StorageErrorCodes(use).signatureEnded
            } else if let date = header("date").flatMap(RetryAfter.date), Self.isFar(date, now) {
                meaning = StorageErrorCodes.wrongClock
            }
        }
        self.status = status
        self.code = code
        kind = meaning.kind
        problem = meaning.problem
        mend = meaning.mend
        (place, words) = Self.placeAndWords(body: body)
    }

    /// The first line of the message, from JSON or XML; one about a part of a batch begins with its place and a colon.
    private static func placeAndWords(body: [UInt8]) -> (Int?, String?) {
        let json = try? JSON.parse(body)
        let message = (json?["odata.error"] ?? json?["error"])?["message"]
        let inXML = ["Message", "m:message", "message"].lazy.compactMap { Self.element($0, in: body) }
        guard let text = message?["value"]?.string ?? message?.string ?? inXML.first,
            let line = text.split(whereSeparator: \.isNewline).first?.trimmed, !line.isEmpty
        else { return (nil, nil) }
        guard let colon = line.firstIndex(of: ":"), (1...4).contains(line[..<colon].utf8.count),
            let place = Int(line[..<colon]), place >= 0
        else { return (nil, line) }
        return (place, String(line[line.index(after: colon)...]).trimmed)
    }

    private static func element(_ name: String, in body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(65_536), as: UTF8.self)
        guard let start = text.firstRange(of: "<\(name)"),
            let open = text[start.upperBound...].firstIndex(of: ">"),
            let end = text[open...].firstRange(of: "</\(name)>")
        else { return nil }
        return String(text[text.index(after: open)..<end.lowerBound])
    }

    package var description: String { "\(problem) (\(code.map { $0 + ", " } ?? "")status \(status)): \(mend)" }

    /// The service takes requests whose date is at most 15 minutes off.
    private static func isFar(_ date: Instant, _ now: Instant) -> Bool {
        let apart = date - now
        return apart > 14 * .minute || apart < -14 * .minute
    }

    /// The code, from wherever it stands: the header, `odata.error` or `error` as JSON, `<Code>` as XML.
    private static func code(body: [UInt8], header: (String) -> String?) -> String? {
        if let code = header("x-ms-error-code"), isCode(code) { return code }
        if let json = try? JSON.parse(body),
            let code = (json["odata.error"] ?? json["error"])?["code"]?.string, isCode(code)
        {
            return code
        }
        return ["Code", "code", "m:code"].lazy.compactMap { element($0, in: body) }.first(where: isCode)
    }

    /// A code is one word; anything else is text that nobody should repeat.
    private static func isCode(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) }
    }
}
