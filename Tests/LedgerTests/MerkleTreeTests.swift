import Crypto
import Leads
import TestKit
import Testing

@testable import Ledger

@Suite struct MerkleTreeTests {
    /// The hash of a list of records as RFC 9162 section 2.1.1 defines it, written down as it stands there.
    private func definition(_ records: ArraySlice<[UInt8]>) -> [UInt8] {
        if records.isEmpty { return Array(SHA256.hash(data: [UInt8]())) }
        if records.count == 1 { return Array(SHA256.hash(data: [0x00] + records[records.startIndex])) }
        var split = 1
        while split * 2 < records.count { split *= 2 }
        let middle = records.startIndex + split
        return Array(
            SHA256.hash(data: [0x01] + definition(records[..<middle]) + definition(records[middle...])))
    }

    @Test func `the root of a growing tree is the one that the standard defines`() throws {
        var random = SeededRandom.announced("merkle tree")
        var tree = MerkleTree()
        var records: [[UInt8]] = []
        for size in 0...300 {
            #expect(tree.size == Int64(size))
            #expect(tree.root == definition(records[...]), "size \(size)")
            let again = try #require(MerkleTree(size: tree.size, frontier: tree.frontier))
            #expect(again == tree)
            records.append(random.bytes(random.below(60)))
            tree.append(MerkleTree.leafHash(records[size]))
        }
    }

    /// The records and roots with which implementations of Certificate Transparency are compared.
    @Test func `known records give the known roots`() {
        let records = [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
        ]
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var tree = MerkleTree()
        #expect(
            Hexadecimal.text(tree.root) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for (record, root) in zip(records, roots) {
            tree.append(MerkleTree.leafHash(Hexadecimal.bytes(record) ?? []))
            #expect(Hexadecimal.text(tree.root) == root)
        }
    }

    @Test func `a frontier that does not fit the size is refused`() {
        let hash = [UInt8](repeating: 1, count: 32)
        #expect(MerkleTree(size: -1, frontier: []) == nil)
        #expect(MerkleTree(size: 0, frontier: hash) == nil)
        #expect(MerkleTree(size: 3, frontier: hash) == nil)
        #expect(MerkleTree(size: 3, frontier: hash + hash.dropLast()) == nil)
        #expect(MerkleTree(size: 3, frontier: hash + hash) != nil)
        #expect(MerkleTree(size: .max, frontier: [UInt8](repeating: 1, count: 63 * 32)) != nil)
    }
}
