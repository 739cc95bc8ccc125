internal import OrderedJSON

/// The sealed contact part of an event: a JSON object with the action's personal fields under their own names.
package enum ContactPart {
    /// The email in an unsealed part.
    static func email(in bytes: [UInt8]) -> String? {
        guard let json = try? JSON.parse(bytes) else { return nil }
        return json["email"]?.string
    }
}
