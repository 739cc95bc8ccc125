/// Why a request is refused. It never shows what a field holds.
package struct RequestError: Error, Hashable, Sendable {
    package let detail: String
    /// Where in the body: a JSON pointer (RFC 6901) such as `/2/occurredAt`; `nil` for the body as a whole.
    package let pointer: String?
    /// Whether it is the content type or the content encoding that is not read here.
    package let isUnsupportedType: Bool

    package init(detail: String, pointer: String? = nil, isUnsupportedType: Bool = false) {
        self.detail = detail
        self.pointer = pointer
        self.isUnsupportedType = isUnsupportedType
    }
}

extension RequestError: CustomStringConvertible {
    package var description: String { pointer.map { "\(detail) (\($0))" } ?? detail }
}
