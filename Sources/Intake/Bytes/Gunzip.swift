/// Takes the content encoding off the body of a request, up to a limit.
package enum Gunzip {
    /// Why bytes cannot be expanded.
    package enum Failure: Error, Hashable, Sendable {
        /// They are more than the limit. A bomb ends here, at the limit.
        case tooLarge(limit: Int)
        /// They are damaged, end early, or were never compressed.
        case damaged
        /// A zstd frame asks for a window of more than 128 MiB.
        case windowTooLarge
    }

    /// The content encodings that are read.
    package enum Encoding: Sendable {
        case gzip, deflate, zstd

        /// - Parameter name: the value of a `content-encoding` header.
        package init?(_ name: String) {
            switch HeaderRules.lowerCased(HeaderRules.trimmed(name)) {
            case "gzip", "x-gzip": self = .gzip
            case "deflate": self = .deflate
            case "zstd": self = .zstd
            default: return nil
            }
        }
    }
}
