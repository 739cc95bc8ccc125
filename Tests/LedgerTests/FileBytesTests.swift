import Foundation
import Synchronization
import TestKit
import Testing

@testable import Ledger

@Suite struct FileBytesTests {
    @Test func `a file is made once, for its owner, and leaves nothing beside it`() throws {
        let folder = try TemporaryFolder()
        #expect(FileBytes.create(folder.file("key"), [1, 2, 3], mode: 0o600))
        #expect(!FileBytes.create(folder.file("key"), [4], mode: 0o600))
        #expect(errno == EEXIST)
        #expect(try folder.bytes(of: "key") == [1, 2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["key"])
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("key"))[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(!FileBytes.create(folder.file("missing/key"), [1], mode: 0o600))
        #expect(errno == ENOENT)
    }

    @Test func `a file that is being made is there whole or not at all`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("large")
        let bytes = [UInt8](repeating: 7, count: 48 << 20)
        let isMade = Atomic(false)
        DispatchQueue.global().async {
            _ = FileBytes.create(path, bytes, mode: 0o600)
            isMade.store(true, ordering: .releasing)
        }
        var sizes: Set<Int64> = []
        while !isMade.load(ordering: .acquiring) {
            if let size = FileBytes.size(path) { sizes.insert(size) }
        }
        #expect(sizes.isSubset(of: [Int64(bytes.count)]))
        #expect(FileBytes.size(path) == Int64(bytes.count))
    }
}
