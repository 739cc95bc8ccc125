import Foundation
import Ledger
import Synchronization
import TestKit
import Testing

struct FileLockTests {
    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    @Test func `a lock that is refused closes no file of somebody else`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("some.lock")
        let held = try FileLock(path: path)
        let flag = Flag()
        try await withThrowingTaskGroup(of: Int.self) { group in
            // Opens files all the time, and finds each still open when it closes it.
            group.addTask {
                var lost = 0
                while !flag.isSet.load(ordering: .relaxed) {
                    let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
                    await Task.yield()
                    if close(descriptor) != 0 { lost += 1 }
                }
                return lost
            }
            group.addTask {
                for _ in 0..<20_000 { #expect(throws: LedgerError.self) { try FileLock(path: path) } }
                flag.isSet.store(true, ordering: .relaxed)
                return 0
            }
            for try await lost in group { #expect(lost == 0) }
        }
        withExtendedLifetime(held) {}
    }
}
