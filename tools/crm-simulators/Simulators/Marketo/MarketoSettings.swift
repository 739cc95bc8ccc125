/// What a simulated Marketo is set up with.
package struct MarketoSettings: Sendable {
    package var clientID: String
    package var clientSecret: String
    /// How long a token is good.
    package var tokenSeconds: Int64 = 3_600
    package var customFields: [String] = []
    /// Custom fields that take 30,000 bytes and cannot be looked up.
    package var textFields: [String] = []
    package var forms: [Form] = [Form(id: 1_029)]
    package var programs = ["Marketplace"]
    package var partitions = ["Default"]
    /// E-mail addresses that two leads have from the start.
    package var duplicates: [String] = []
    /// The user of the API may only read.
    package var isReadOnly = false
    /// `nil` for no limit; Marketo's own is 100.
    package var callsPerTwentySeconds: Int?
    /// `nil` for no limit; Marketo's own is 10.
    package var concurrentCalls: Int?
    /// `nil` for no limit; Marketo's usual one is 50,000. A day begins at midnight of US Central Standard Time.
    package var callsPerDay: Int?

    package init(clientID: String, clientSecret: String) {
        self.clientID = clientID
        self.clientSecret = clientSecret
    }

    /// A form that leads are submitted to.
    package struct Form: Hashable, Sendable {
        package let id: Int
        /// The fields on it; `nil` for every field that can be written.
        package let fields: [String]?

        package init(id: Int, fields: [String]? = nil) {
            self.id = id
            self.fields = fields
        }

        /// Reads `1029` or `1029:email,firstName`; `nil` for anything else.
        init?(argument: String) {
            let parts = argument.split(separator: ":", maxSplits: 1)
            guard let first = parts.first, let id = Int(first), id > 0 else { return nil }
            self.id = id
            fields = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : nil
        }
    }
}
