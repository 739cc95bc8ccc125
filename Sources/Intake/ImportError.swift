/// Why an import cannot go on, or never began. What was recorded before stays, and running it again adds the rest.
package struct ImportError: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
