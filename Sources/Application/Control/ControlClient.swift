internal import AsyncHTTPClient
internal import Foundation
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import OrderedJSON

/// Sends acts to the service that has a home open, where there is one.
struct ControlClient {
    private let files: LedgerFiles
    private let isCancelled: @Sendable () -> Bool

    /// An import of a large file takes this long at most.
    private static let timeout = TimeAmount.hours(24)
    private static let answerLimit = 64 << 20

    init(_ home: Home) {
        files = home.files
        isCancelled = home.isCancelled
    }

    /// The answer of the service; `nil` when none is there.
    /// - Throws: `CancellationError` when the command was interrupted; the service then ends what takes long.
    func perform<Performed: Act>(_ act: Performed) async throws -> JSON? {
        guard FileBytes.exists(files.controlSocket) else { return nil }
        guard
            let socket = files.controlSocket.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
        else { return nil }
        var request = HTTPClientRequest(url: "http+unix://\(socket)/acts/\(Performed.name)")
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(act)))
        if let why = act.onlyHere, isServed { throw ActFailure(why) }
        var configuration = HTTPClient.Configuration()
        // Who is there answers at the first try; a socket that was left behind would be tried for ten seconds.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(configuration: configuration)
        do {
            let bytes = try await unlessCancelled { [request] in
                let response = try await client.execute(request, timeout: Self.timeout)
                return Array(try await response.body.collect(upTo: Self.answerLimit).readableBytesView)
            }
            try await client.shutdown()
            return try ControlReply.answer(bytes)
        } catch let error as ActFailure {
            throw error
        } catch {
            try? await client.shutdown()
            if isCancelled() { throw CancellationError() }
            // A socket that nobody listens at is left from a service that was killed.
            if Self.isRefused(error) { return nil }
            throw ActFailure(
                "the service that has \(files.home) open did not answer, so nobody can say whether it was done: "
                    + "look, and run the command again")
        }
    }

    private func unlessCancelled(_ body: @escaping @Sendable () async throws -> [UInt8]) async throws -> [UInt8] {
        let isCancelled = isCancelled
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !isCancelled() { try await Task.sleep(for: .milliseconds(100)) }
                return nil
            }
            defer { group.cancelAll() }
            guard let bytes = try await group.next() ?? nil else { throw CancellationError() }
            return bytes
        }
    }

    /// Whether a process holds the ledger open, and the socket is thus no left-over.
    private var isServed: Bool { (try? FileLock(path: files.ledgerLock)) == nil }

    private static func isRefused(_ error: any Error) -> Bool {
        if error is NIOConnectionError { return true }
        guard let error = error as? IOError else { return false }
        return error.errnoCode == ECONNREFUSED || error.errnoCode == ENOENT
    }
}
