#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A port of loopback that nobody else is given while this value lives, for a program that must be told its port.
///
/// The socket here has the port and never listens. Linux lets the program listen there beside it, both having
/// `SO_REUSEADDR`, and hands the port to nobody who asks for any. Elsewhere the port is only free when it is asked for.
final class HeldPort {
    let number: Int
    private let descriptor: Int32

    init() throws {
        #if os(Linux)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var isReused: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size) == 0 ? getsockname(descriptor, generic, &size) : -1
            }
        }
        guard status == 0 else { throw Programs.Missing(description: "no port of loopback is free") }
        number = Int(UInt16(bigEndian: address.sin_port))
        #if !os(Linux)
            close(descriptor)
        #endif
    }

    deinit {
        #if os(Linux)
            close(descriptor)
        #endif
    }
}
