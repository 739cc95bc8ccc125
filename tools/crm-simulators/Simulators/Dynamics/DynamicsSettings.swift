/// What a simulated Dataverse environment is like, and who may ask it.
package struct DynamicsSettings: Sendable {
    package enum KeyStatus: String, Sendable, CaseIterable {
        /// Usable.
        case active
        /// Its index is still being built: it is listed, and no request may use it.
        case pending
        /// Nobody made it.
        case absent
    }

    /// What the application user may do.
    package enum Role: String, Sendable, CaseIterable {
        /// Reads, makes and changes leads.
        case full
        /// It is there and may do nothing.
        case none
        /// Nobody added the application to the environment.
        case absent
    }

    package var tenant = "11111111-2222-3333-4444-555555555555"
    package var clientID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    package var clientSecret: SimulatedSecret
    /// The URL that tokens are for; `nil` for the host that each request names.
    package var environment: String?
    /// How long tokens are good, in seconds.
    package var tokenSeconds = 3_599
    /// The column of the alternate key.
    package var keyColumn = "leadledger_id"
    package var keyStatus = KeyStatus.active
    /// Columns besides those that every environment has.
    package var columns: [DynamicsColumn] = []
    package var role = Role.full
    /// Whether a duplicate detection rule on `emailaddress1` is published.
    package var findsDuplicates = false
    /// Values of the key whose leads were qualified, and so cannot be changed any more.
    package var qualified: Set<String> = []

    package init(clientSecret: String) { self.clientSecret = SimulatedSecret(clientSecret) }
}
