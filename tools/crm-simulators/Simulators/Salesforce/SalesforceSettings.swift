/// What a simulated Salesforce org is like, and who may ask it.
package struct SalesforceSettings: Sendable {
    /// What the duplicate rule on the address for e-mail does.
    package enum DuplicateRule: String, Sendable, CaseIterable {
        case none
        /// Refuses, unless the sender says that the lead shall be saved all the same.
        case alert
        /// Refuses always.
        case block
    }

    package var clientID = "3MVG9leadledger"
    /// `nil` where the flow of client credentials is not enabled.
    package var clientSecret: SimulatedSecret?
    /// Of the certificate that assertions are signed for; `nil` where there is none.
    package var assertionKey: AssertionKey?
    /// The user that assertions may name.
    package var username = "integration@leadledger.example"
    /// What assertions may be meant for, besides the org's own URL.
    package var audiences: Set<String> = ["https://login.salesforce.com"]
    /// The URL of the org; `nil` for the host that each request names.
    package var instance: String?
    /// How long a session lasts that nobody uses, in seconds.
    package var sessionSeconds = 7_200
    package var externalIDField = "LeadledgerId__c"
    /// Whether the field of the external id takes each value once.
    package var isUnique = true
    /// Fields besides those that every org has.
    package var fields: [SalesforceField] = []
    /// Values that the field takes and no others.
    package var restricted: [String: [String]] = [:]
    /// Fields that the user may read and not write.
    package var readOnly: Set<String> = []
    package var duplicateRule = DuplicateRule.none
    /// Values of the external id whose leads were converted, and so cannot be changed any more.
    package var converted: Set<String> = []
    /// Requests that the org takes on one day.
    package var dailyLimit = 100_000

    package init(clientSecret: String? = nil) { self.clientSecret = clientSecret.map { SimulatedSecret($0) } }
}
