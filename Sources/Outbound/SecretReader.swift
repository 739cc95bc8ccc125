package import Leads

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Reads the secrets that settings name, at the moment a destination is opened. What it read is nowhere kept.
package struct SecretReader: Sendable {
    private let variable: @Sendable (String) -> String?

    /// - Parameter variable: the value of a variable of the environment.
    package init(variable: @escaping @Sendable (String) -> String? = Self.environment) { self.variable = variable }

    package static let environment: @Sendable (String) -> String? = { name in
        getenv(name).map { String(cString: $0) }
    }

    /// No secret is longer, in bytes.
    private static let limit = 65_536

    /// The secret, without the line break at its end.
    package func secret(_ reference: SecretReference) throws(SecretError) -> String {
        let text: String
        switch reference {
        case .environment(let name):
            guard let value = variable(name) else { throw SecretError("the variable \(name) is not set") }
            text = value
        case .file(let path):
            text = try Self.contents(of: path)
        }
        let value = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard !value.isEmpty else { throw SecretError("\(reference) is empty") }
        return value
    }

    private static func contents(of path: String) throws(SecretError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw SecretError("the file \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SecretError("\(path) is no file")
        }
        guard status.st_mode & 0o007 == 0 else {
            throw SecretError("everybody on this machine may open the file \(path); run: chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var length = 0
        while length <= limit {
            let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + length, limit + 1 - length) }
            guard count >= 0 else { throw SecretError("the file \(path) cannot be read") }
            if count == 0 { break }
            length += count
        }
        guard length <= limit, let text = String(validating: bytes[..<length], as: UTF8.self) else {
            throw SecretError("the file \(path) holds no secret: it is too large or not text")
        }
        return text
    }
}

/// Why a secret cannot be had: where it should be and what to do, never what it is.
package struct SecretError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
