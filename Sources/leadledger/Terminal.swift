import Foundation
import Synchronization

/// A request to end: Ctrl-C or SIGTERM. Long work looks at it and ends where nothing is half done; a second request
/// ends the process at once, which loses nothing either.
enum Interruption {
    private static let requested = Atomic<Bool>(false)

    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    static func install() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interruption.requested.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
        signal(SIGPIPE, SIG_IGN)
    }
}

/// How far long work has come, on one line of a terminal; silent elsewhere, and for work that is soon done.
final class ProgressBar: Sendable {
    private let isShown = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    func show(_ what: String, _ done: Int64, _ total: Int64) {
        guard isShown, ContinuousClock.now - start > .milliseconds(500) else { return }
        let isDue = last.withLock { last in
            guard last.map({ ContinuousClock.now - $0 > .milliseconds(100) }) ?? true || done >= total else {
                return false
            }
            last = ContinuousClock.now
            return true
        }
        guard isDue else { return }
        let share = total > 0 ? " \(min(100, done * 100 / total)) %" : ""
        FileHandle.standardError.write(Data("\r\u{1b}[K\(what): \(done)\(share)".utf8))
        if done >= total { FileHandle.standardError.write(Data("\r\u{1b}[K".utf8)) }
    }
}
