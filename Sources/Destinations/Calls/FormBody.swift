internal import Leads

/// The body of a form, `application/x-www-form-urlencoded`: everything but letters, digits and `-._~` is encoded.
package enum FormBody {
    package static let contentType = "application/x-www-form-urlencoded"

    package static func encode(_ fields: [(name: String, value: String)]) -> [UInt8] {
        let pairs = fields.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return Array(pairs.joined(separator: "&").utf8)
    }
}
