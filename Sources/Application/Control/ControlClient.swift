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

    /// An import of a large file takes this long at most.
    private static let timeout = TimeAmount.hours(24)
    private static let answerLimit = 64 << 20

    init(_ files: LedgerFiles) { self.files = files }

    /// The answer of the service; `nil` when none is there.
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
            let response = try await client.execute(request, timeout: Self.timeout)
            let body = try await response.body.collect(upTo: Self.answerLimit)
            try await client.shutdown()
            return try ControlReply.answer(Array(body.readableBytesView))
        } catch let error as ActFailure {
            throw error
        } catch {
            try? await client.shutdown()
            // A socket that nobody listens at is left from a service that was killed.
            if Self.isRefused(error) { return nil }
            throw ActFailure(
                "the service that has \(files.home) open did not answer, so nobody can say whether it was done: "
                    + "look, and run the command again")
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
