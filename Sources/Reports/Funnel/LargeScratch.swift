#if canImport(Glibc)
    internal import Glibc
#endif

/// Memory for millions of elements that lives as long as one question.
enum LargeScratch {
    /// Room for `count` elements, to be freed with `deallocate`. Asks for huge pages where the system has them: a first
    /// touch then costs one fault for two megabytes in place of five hundred, which would be a quarter of the time of a
    /// process's first funnel.
    static func allocate<Element: BitwiseCopyable>(_ type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
        let size = count * MemoryLayout<Element>.stride
        let hugePage = 1 << 21
        guard size >= hugePage else { return .allocate(capacity: count) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: hugePage)
        #if canImport(Glibc)
            // Advice that is not taken costs time and nothing else.
            _ = madvise(memory, size, MADV_HUGEPAGE)
        #endif
        return memory.bindMemory(to: type, capacity: count)
    }
}
