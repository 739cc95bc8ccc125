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

    /// - Parameters:
    ///   - header: the value of a header of the answer, by its name in lower case.
    ///   - now: the time here, to tell a clock that is wrong.
    package init(status: Int, body: [UInt8], now: Instant, header: (String) -> String?) {
        let code = Self.code(body: body, header: header)
        let text = String(decoding: body.prefix(4_096), as: UTF8.self)
        var meaning = StorageErrorCodes.meaning(of: code, status: status)
        if code == "AuthenticationFailed" {
            if let date = header("date").flatMap(RetryAfter.date), Self.isFar(date, now) {
                meaning = StorageErrorCodes.wrongClock
            } else if text.contains("not valid in the specified time frame") {
                meaning = StorageErrorCodes.signatureEnded
            }
        }
        self.status = status
        self.code = code
        kind = meaning.kind
        problem = meaning.problem
        mend = meaning.mend
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
        let text = String(decoding: body.prefix(65_536), as: UTF8.self)
        for (opening, closing) in [("<Code>", "</Code>"), ("<code>", "</code>"), ("<m:code>", "</m:code>")] {
            guard let start = text.firstRange(of: opening),
                let end = text[start.upperBound...].firstRange(of: closing)
            else { continue }
            let code = String(text[start.upperBound..<end.lowerBound])
            if isCode(code) { return code }
        }
        return nil
    }

    /// A code is one word; anything else is text that nobody should repeat.
    private static func isCode(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) }
    }
}
