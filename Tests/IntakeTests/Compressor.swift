import CZlib
import CZstd

/// Compresses bytes for tests.
enum Compressor {
    /// - Parameter windowBits: 31 is gzip, 15 the format of zlib, -15 bare deflate.
    static func deflate(_ bytes: [UInt8], windowBits: Int32 = 31) -> [UInt8] {
        var stream = z_stream()
        let version = String(cString: zlibVersion())
        precondition(
            deflateInit2_(
                &stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, version,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                precondition(CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END)
                return output.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }

    static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        let context = ZSTD_createCCtx()
        defer { ZSTD_freeCCtx(context) }
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count) + 64)
        let count = bytes.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { output in
                var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
                var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                precondition(ZSTD_compressStream2(context, &target, &source, ZSTD_e_end) == 0)
                return target.pos
            }
        }
        return Array(output[..<count])
    }

    /// One frame of bare blocks that asks for a window of 2 to the power of `windowLog` bytes (RFC 8878, section
    /// 3.1.1).
    static func zstdFrame(_ bytes: [UInt8], windowLog: UInt8) -> [UInt8] {
        var frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3]
        for start in stride(from: 0, to: bytes.count, by: 1 << 16) {
            let end = min(start + (1 << 16), bytes.count)
            let header = (end - start) << 3 | (end == bytes.count ? 1 : 0)
            frame += [UInt8(header & 0xff), UInt8(header >> 8 & 0xff), UInt8(header >> 16)]
            frame += bytes[start..<end]
        }
        return frame
    }
}
