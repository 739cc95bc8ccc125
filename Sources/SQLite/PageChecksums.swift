internal import CSQLite

/// The checksums that a checksummed connection leaves in the last eight bytes of each page.
///
/// They find a change in any byte of the file, also where no row is stored: in a page's free space, in SQLite's own
/// header, in the schema.
package enum PageChecksums {
    private static let lockByte = 0x4000_0000

    /// Whether `page`, read from page `number` (1, 2, 3 ...) of the file, is as it was written. O(bytes).
    package static func isIntact(_ page: UnsafeRawBufferPointer, number: UInt64) -> Bool {
        let size = page.count
        guard size >= 512, let base = page.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
        // SQLite keeps the page at this byte for its locks and never writes it.
        if number == UInt64(lockByte / size) + 1 { return page.allSatisfy { $0 == 0 } }
        let sum = leadledger_page_checksum(base, Int32(size), number)
        return page.loadUnaligned(fromByteOffset: size - Int(LEADLEDGER_CHECKSUM_BYTES), as: UInt64.self) == sum
    }
}
