internal import Dispatch
package import Leads
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Finds the addresses of a name with the system's own rules (`getaddrinfo`: hosts file, DNS and all).
package struct Resolver: Sendable {
    /// The addresses of a name, best first, each once, at least one.
    package let lookUp: @Sendable (String) async throws(ResolverError) -> [IPAddress]

    package init(lookUp: @escaping @Sendable (String) async throws(ResolverError) -> [IPAddress]) {
        self.lookUp = lookUp
    }

    /// Gives up after `limit`. The call to the system cannot be taken back: it goes on, on a thread of its own, and
    /// what it finds is dropped.
    package static func system(limit: Span) -> Resolver {
        Resolver { (name) throws(ResolverError) in
            let result: Result<[IPAddress], ResolverError> = await withCheckedContinuation { continuation in
                let waiting = Once(continuation)
                let queue = DispatchQueue.global()
                queue.async { waiting.resume(Result { () throws(ResolverError) in try find(name) }) }
                queue.asyncAfter(deadline: .now() + limit.seconds) {
                    waiting.resume(.failure(ResolverError(reason: "looking the name up took too long")))
                }
            }
            return try result.get()
        }
    }

    private static func find(_ name: String) throws(ResolverError) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name, nil, &hints, &list)
        guard status == 0 else { throw ResolverError(reason: String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = list
        while let entry = next?.pointee {
            let address = UnsafeRawPointer(entry.ai_addr)
            switch entry.ai_family {
            case AF_INET: address.map { found.append(IPAddress($0.load(as: sockaddr_in.self).sin_addr)) }
            case AF_INET6: address.map { found.append(IPAddress($0.load(as: sockaddr_in6.self).sin6_addr)) }
            default: break
            }
            next = entry.ai_next
        }
        guard !found.isEmpty else { throw ResolverError(reason: "the name has no address") }
        return found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

/// Why a name has no address just now.
package struct ResolverError: Error, Equatable {
    package let reason: String

    package init(reason: String) { self.reason = reason }
}

/// A continuation that whoever comes first resumes.
private final class Once<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value, Never>?>

    init(_ continuation: CheckedContinuation<Value, Never>) { self.continuation = Mutex(continuation) }

    func resume(_ value: Value) {
        continuation.withLock { waiting in
            waiting?.resume(returning: value)
            waiting = nil
        }
    }
}
