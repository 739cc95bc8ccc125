internal import CZlib
internal import CZstd

/// Expands compressed bytes as they come, in bounded memory.
///
/// Members of gzip and frames of zstd that follow one another are read as one; zeros after the last member of gzip, as
/// tapes leave them, are passed over.
final class Decompressor {
    enum Kind {
        case gzip, zlib, rawDeflate, zstd

        /// What the bytes of a file are compressed with, by their first four; `nil` for none.
        init?(magic: some Collection<UInt8>) {
            let bytes = Array(magic.prefix(4))
            if bytes.starts(with: [0x1f, 0x8b]) {
                self = .gzip
            } else if bytes == [0x28, 0xb5, 0x2f, 0xfd] || Self.isSkippable(bytes) {
                self = .zstd
            } else {
                return nil
            }
        }

        /// Frames of zstd that carry no data (RFC 8878, section 3.1.2); some programs begin with one.
        private static func isSkippable(_ bytes: [UInt8]) -> Bool {
            bytes.count == 4 && bytes[0] & 0xf0 == 0x50 && Array(bytes[1...]) == [0x2a, 0x4d, 0x18]
        }
    }

    enum Failure: Error {
        case damaged
        case windowTooLarge
    }

    private enum Stream {
        case zlib(UnsafeMutablePointer<z_stream>, isGzip: Bool)
        case zstd(OpaquePointer)
    }

    private let stream: Stream
    /// Whether the bytes so far end where a member or a frame ends.
    private(set) var isAtEnd = false

    /// The largest window that a file may ask for, 128 MiB.
    static let fileWindow: Int32 = 27
    /// That of a request, 8 MiB (RFC 9659).
    static let requestWindow: Int32 = 23

    /// - Parameter window: the logarithm to base 2 of the largest window of zstd.
    init(_ kind: Kind, window: Int32) {
        if kind == .zstd {
            guard let context = ZSTD_createDCtx() else { fatalError("there is no memory to expand compressed bytes") }
            ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, window)
            stream = .zstd(context)
            return
        }
        let zlib = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        zlib.initialize(to: z_stream())
        let bits: Int32 =
            switch kind {
            case .gzip: 15 + 16
            case .rawDeflate: -15
            default: 15
            }
        guard inflateInit2_(zlib, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            fatalError("there is no memory to expand compressed bytes")
        }
        stream = .zlib(zlib, isGzip: kind == .gzip)
    }

    deinit {
        switch stream {
        case .zlib(let zlib, _):
            inflateEnd(zlib)
            zlib.deallocate()
        case .zstd(let context): ZSTD_freeDCtx(context)
        }
    }

    /// Expands the beginning of `input` into `output` and says how much of each was used. With nothing taken and
    /// nothing given, more input is needed; until then what is held back is given for empty input, too.
    func run(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> (taken: Int, given: Int) {
        switch stream {
        case .zlib(let zlib, let isGzip): try inflate(zlib, isGzip, input, output)
        case .zstd(let context): try decompress(context, input, output)
        }
    }

    private func inflate(
        _ zlib: UnsafeMutablePointer<z_stream>, _ isGzip: Bool, _ input: UnsafeRawBufferPointer,
        _ output: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> (taken: Int, given: Int) {
        var skipped = 0
        if isAtEnd {
            // Only gzip knows of members that follow one another.
            skipped = isGzip ? input.prefix { $0 == 0 }.count : 0
            guard skipped < input.count else { return (skipped, 0) }
            guard isGzip, inflateReset(zlib) == Z_OK else { throw .damaged }
            isAtEnd = false
        }
        let base = input.baseAddress.map { $0 + skipped }
        zlib.pointee.next_in = UnsafeMutablePointer(mutating: base?.assumingMemoryBound(to: UInt8.self))
        zlib.pointee.avail_in = UInt32(input.count - skipped)
        zlib.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        zlib.pointee.avail_out = UInt32(output.count)
        let result = CZlib.inflate(zlib, Z_NO_FLUSH)
        guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { throw .damaged }
        if result == Z_STREAM_END { isAtEnd = true }
        return (input.count - Int(zlib.pointee.avail_in), output.count - Int(zlib.pointee.avail_out))
    }

    private func decompress(
        _ context: OpaquePointer, _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> (taken: Int, given: Int) {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let result = ZSTD_decompressStream(context, &target, &source)
        if ZSTD_isError(result) != 0 {
            throw ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge ? .windowTooLarge : .damaged
        }
        // Without bytes to work on, the result speaks of a frame that may never come.
        if source.pos > 0 || target.pos > 0 { isAtEnd = result == 0 }
        return (source.pos, target.pos)
    }
}
