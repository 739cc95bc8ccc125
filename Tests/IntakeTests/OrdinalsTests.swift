import Intake
import TestKit
import Testing

@Suite struct OrdinalsTests {
    @Test(arguments: [0, 1, 7, 50, 1_000]) func `equal rows are counted, in memory and beyond its limit`(
        limit: Int
    ) throws {
        var random = SeededRandom.announced("OrdinalsTests")
        var ordinals = Ordinals(limit: limit)
        var plain: [[UInt8]: Int] = [:]
        for _ in 0..<3_000 {
            let row = (0..<Int.random(in: 0...2, using: &random)).map { _ in
                UInt8.random(in: 0...9, using: &random)
            }
            #expect(try ordinals.next(row) == plain[row, default: 0])
            plain[row, default: 0] += 1
        }
    }
}
