internal import Foundation
internal import Leads
package import Ledger
package import OrderedJSON
internal import Reports
internal import Views

/// Something that a person does to a home and that changes it.
///
/// An act is a value that can be sent: where a service has the home open, its commands go to the service, which
/// performs them between its other work; otherwise the command opens the home and performs them itself. Either way the
/// answer is the same JSON.
package protocol Act: Codable, Sendable {
    static var name: String { get }
    /// Why a service cannot perform it for the command; `nil` when it can.
    var onlyHere: String? { get }
    /// Whether no other such act may come between what it looks at and what it writes.
    var takesTurns: Bool { get }
    func perform(on home: OpenHome) async throws -> JSON
}

extension Act {
    package var takesTurns: Bool { true }

    package var onlyHere: String? { nil }
}

/// What an act cannot do with what it was given: what, and what to do instead.
package struct ActFailure: Error, CustomStringConvertible {
    package let description: String
    /// Whether the command was given wrongly, rather than that something went wrong.
    package let isUsage: Bool

    package init(_ description: String, isUsage: Bool = false) {
        self.description = description
        self.isUsage = isUsage
    }
}

/// A home whose ledger is open for writing.
package struct OpenHome: Sendable {
    package let home: Home
    package let writer: LedgerWriter
    /// Opens the views for writing when an act needs them.
    let views: @Sendable () async throws -> ViewsWriter
    /// Where the service of this home listens, or will by its settings.
    var servedURL: @Sendable () -> String
    /// Told of what an act appended; returns when whoever must know of it does.
    var appended: @Sendable (Int64) async -> Void = { _ in }

    /// The same home, where long work also ends when `isGone` says that nobody wants it any more.
    func ending(_ isGone: @escaping @Sendable () -> Bool) -> OpenHome {
        var owner = home
        let isCancelled = owner.isCancelled
        owner.isCancelled = { isCancelled() || isGone() }
        return OpenHome(home: owner, writer: writer, views: views, servedURL: servedURL, appended: appended)
    }

    /// The ledger and its views with everything folded that was recorded before the call.
    func snapshot() async throws -> Snapshot {
        let home = home
        try await views().catchUp(
            progress: { home.progress("folding events", $0, $1) }, isCancelled: home.isCancelled)
        return try home.currentSnapshot()
    }

    /// Records what an operator did.
    @discardableResult
    func append(_ type: EventType, _ detail: [UInt8], cause: Int64? = nil) async throws -> Receipt? {
        let event = NewEvent(
            type: type, identity: .none, content: detail, subject: .none, actor: "operator", cause: cause,
            detail: detail)
        let receipt = try await writer.append(event).receipt
        if let receipt { await appended(receipt.seq) }
        return receipt
    }
}

/// The views of a command that performs an act itself: opened when first asked for, closed at the end.
private actor OwnViews {
    private let home: Home
    private var views: ViewsWriter?

    init(_ home: Home) { self.home = home }

    func open() throws -> ViewsWriter {
        if let views { return views }
        let opened = try ViewsWriter(files: home.files, policy: home.policy, waitMilliseconds: 2_000)
        views = opened
        return opened
    }

    func close() async throws {
        try await views?.close()
        views = nil
    }
}

extension Home {
    /// Performs an act, through the service where one has this home open.
    package func perform(_ act: some Act) async throws -> JSON {
        try files.requireHome()
        let served = try settings.servedURL
        if let answer = try await ControlClient(self).perform(act) { return answer }
        let views = OwnViews(self)
        return try await write { writer in
            do {
                let answer = try await act.perform(
                    on: OpenHome(
                        home: self, writer: writer, views: { try await views.open() }, servedURL: { served }))
                try await views.close()
                return answer
            } catch {
                try? await views.close()
                throw error
            }
        }
    }
}

/// Every kind of act, by the name it is sent under.
enum Acts {
    static let all: [any Act.Type] = [
        RecordAct.self, EndpointAdd.self, EndpointRevoke.self, KeyCreate.self, KeyRevoke.self, DestinationAdd.self,
        DestinationHold.self, DestinationRemove.self, DestinationCheck.self, DestinationTest.self,
        DeliveryRelease.self, DeliveryReplay.self,
        SourceAdd.self, SourceRemove.self, SourcePull.self, QuarantineReleaseAct.self, QuarantineDismiss.self,
        ReplayAct.self, ImportAct.self,
    ]

    /// Reads an act that was sent; `nil` when there is none of this name.
    static func read(_ name: String, _ bytes: [UInt8]) throws -> (any Act)? {
        guard let type = all.first(where: { $0.name == name }) else { return nil }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }
}
