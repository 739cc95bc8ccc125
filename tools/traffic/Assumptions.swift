/// How often things happen in made-up traffic.
///
/// Every number here is our assumption: nobody has published how often fields are missing, customers come back or
/// arrivals repeat. What is not assumed is the shape: which source sends which action, that add-ins of Office give a
/// name and an address alone, that `DNC` comes from AppSource only, and what test leads look like.
enum Assumptions {
    /// Visits by someone who came before, through another door or for another offer.
    static let returning = 0.2
    /// Steps that arrive again: a button pressed twice, a form sent once more.
    static let repeated = 0.08
    /// Rows that stand in the file long after they happened.
    static let late = 0.03
    /// Test leads, as a publisher sends them when checking a connection.
    static let test = 0.005
    /// Actions under a code that nobody has documented.
    static let unknownAction = 0.003
    /// Test drives that name the storefront as their source.
    static let mismatchedSource = 0.1
    /// Arrivals without an address, which cannot be told to be the same customer.
    static let withoutEmail = 0.004
    /// People who write their address in capitals.
    static let capitals = 0.06
    /// People who leave the field empty.
    static let withoutPhone = 0.15
    static let withoutCountry = 0.08
    static let withoutCompany = 0.12
    static let withoutTitle = 0.2

    /// The ways customers take, and how many of a hundred take each.
    static let paths: [(weight: Int, [Step])] = [
        (25, [.get]), (12, [.getAtAppSource]), (14, [.get, .testDrive]), (9, [.get, .testDrive, .buy]),
        (9, [.get, .buy]), (7, [.testDrive]), (3, [.testDrive, .get]), (8, [.contact]),
        (4, [.getAtAppSource, .contact]), (4, [.buy]), (2, [.forbid]), (1, [.getAtAppSource, .forbid]),
        (2, [.forbid, .contact]),
    ]
    /// The same for add-ins of Office, which stand on AppSource alone.
    static let addInPaths: [(weight: Int, [Step])] = [
        (70, [.getAtAppSource]), (15, [.contact]), (10, [.getAtAppSource, .contact]), (5, [.forbid]),
    ]

    /// Up to how many hours pass between two steps, and how many of a hundred pairs are so far apart.
    static let hoursBetween: [(weight: Int, Int)] = [(45, 1), (25, 24), (20, 120), (10, 480)]
}

/// One thing a customer does, with the source and action that tell of it.
enum Step {
    case get, getAtAppSource, testDrive, contact, forbid, buy

    var action: String {
        switch self {
        case .get, .getAtAppSource: "INS"
        case .testDrive: "StartTestDrive"
        case .contact: "PLT"
        case .forbid: "DNC"
        case .buy: "Create"
        }
    }

    /// The spellings of the source, which documents give in several ways.
    var sources: [String] {
        switch self {
        case .get: ["AzureMarketplace"]
        case .testDrive: ["TestDrive"]
        case .buy: ["AzurePortal", "AzurePortal", "Azure Portal"]
        case .getAtAppSource, .contact, .forbid: ["SPZA", "AppSource (SPZA)", "AppSource"]
        }
    }
}

/// What is offered: two publishers, one offer of which is an add-in of Office.
struct Listing {
    let offer: String
    let title: String
    let isAddIn: Bool

    static let all: [(weight: Int, Listing)] = [
        (34, Listing(offer: "contoso.gateway-r77-byol", title: "Contoso Gateway, BYOL", isAddIn: false)),
        (22, Listing(offer: "contoso.backup-cloud", title: "Contoso Backup", isAddIn: false)),
        (12, Listing(offer: "contoso.mail-notes", title: "Mail Notes for Outlook", isAddIn: true)),
        (
            20,
            Listing(
                offer: "fabrikam.3701c77e-1cfa-4c56-91e6-3ed0b622145a", title: "Fabrikam Analytics", isAddIn: false)
        ),
        (12, Listing(offer: "fabrikam.learning", title: "Fabrikam “Learning”", isAddIn: false)),
    ]
}
