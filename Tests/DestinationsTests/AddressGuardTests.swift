import Destinations
import Leads
import OrderedJSON
import Outbound
import Simulators
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct AddressGuardTests {
    /// A resolver that gives one list after the other, the last for ever, and counts.
    private final class Names: Sendable {
        private let lists: [[String]]
        private let asked = Mutex(0)

        init(_ lists: [String]...) { self.lists = lists }

        var count: Int { asked.withLock { $0 } }

        var resolver: Resolver {
            Resolver { _ in
                let index = self.asked.withLock { count in
                    count += 1
                    return count - 1
                }
                return self.lists[min(index, self.lists.count - 1)].map { IPAddress(literal: $0)! }
            }
        }
    }

    private func destination(_ port: Int, _ names: Names, set: [String] = ["allow-private=true"]) throws
        -> HTTPSDestination
    {
        try HTTPSDestination(
            settings: Samples.settings(["url=http://endpoint.test:\(port)/", "allow-private=true"] + set.dropFirst()),
            resolver: names.resolver)
    }

    private let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

    @Test(arguments: [
        ["10.0.0.8"], ["127.0.0.1"], ["::1"], ["fd00::1"], ["169.254.169.254"], ["100.64.0.1"], ["::ffff:127.0.0.1"],
        ["8.8.8.8", "192.168.0.1"],
    ])
    func `a name that leads to a private address, among others even, is refused`(addresses: [String]) async throws {
        let destination = try HTTPSDestination(
            settings: Samples.settings(["url=https://endpoint.test/"]), resolver: Names(addresses).resolver)
        let attempt = await sendOnce(destination)
        #expect(attempt.outcome == .config && attempt.status == nil)
        #expect(attempt.reason.hasPrefix("the endpoint is at "))
    }

    @Test func `localhost is refused by the system's own resolver too`() async throws {
        try await withRawServer(answer: answer) { server in
            let settings = try Samples.settings(["url=https://localhost:\(server.port)/"])
            let attempt = await sendOnce(try HTTPSDestination(settings: settings))
            #expect(attempt.outcome == .config && attempt.reason.contains("allow-private=true permits it"))
            #expect(server.connections == 0)
        }
    }

    @Test func `a metadata address is refused whatever is allowed`() async throws {
        let attempt = await sendOnce(try destination(80, Names(["169.254.169.254"])))
        #expect(attempt.outcome == .config && attempt.reason.contains("which no setting permits"))
    }

    @Test func `the connection goes to the address that was checked, with the name in the Host header`() async throws {
        try await withRawServer(answer: answer) { server in
            let attempt = await sendOnce(try destination(server.port, Names(["127.0.0.1"])))
            #expect(attempt.outcome == .delivered)
            #expect(server.texts.first?.lowercased().contains("host: endpoint.test:\(server.port)\r\n") ?? false)
        }
    }

    @Test func `an address where nobody listens gives way to the next`() async throws {
        try await withRawServer(answer: answer) { server in
            let attempt = await sendOnce(try destination(server.port, Names(["127.0.0.2", "127.0.0.1"])))
            #expect(attempt.outcome == .delivered && server.connections == 1)
        }
    }

    @Test func `a name is asked for once a minute at most, and a new answer is followed`() async throws {
        try await withRawServer(answer: answer) { server in
            let names = Names(["127.0.0.1"], ["127.0.0.2"])
            let destination = try destination(server.port, names)
            for seconds in [0, 30, 59] as [Int64] {
                let attempt = await destination.send(Samples.outgoing(), now: Samples.now + seconds * .second)
                #expect(attempt.outcome == .delivered)
            }
            #expect(names.count == 1)
            let moved = await destination.send(Samples.outgoing(), now: Samples.now + .minute)
            #expect(moved.outcome == .retry)
            #expect(names.count == 2 && server.connections == 3)
            await destination.shutdown()
        }
    }

    @Test func `a name that turns to a private address later is refused then`() async throws {
        let names = Names(["127.0.0.1"], ["169.254.169.254"])
        try await withRawServer(answer: answer) { server in
            let destination = try destination(server.port, names)
            #expect(await destination.send(Samples.outgoing(), now: Samples.now).outcome == .delivered)
            let later = await destination.send(Samples.outgoing(), now: Samples.now + .minute)
            #expect(later.outcome == .config)
            await destination.shutdown()
        }
    }

    @Test func `a name that cannot be resolved is tried again`() async throws {
        let destination = try HTTPSDestination(
            settings: Samples.settings(["url=https://endpoint.test/"]),
            resolver: Resolver { _ throws(ResolverError) in throw ResolverError(reason: "no such name") })
        let attempt = await sendOnce(destination)
        #expect(attempt.outcome == .retry && attempt.reason.hasSuffix("no such name"))
    }

    @Test func `the system's resolver knows this machine`() async throws {
        let addresses = try await Resolver.system(limit: 10 * .second).lookUp("localhost")
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { AddressRules.block(of: $0) == .loopback })
    }
}
