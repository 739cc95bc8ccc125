internal import Foundation
package import Leads

extension UnicodeRules {
    /// The rules as Foundation knows them.
    package static let system = UnicodeRules(
        compatibilityForm: { $0.precomposedStringWithCompatibilityMapping },
        domainToASCII: { domain in
            // As the host of an address. What is no part of a host (`/`, `:`, `?`) would end it early and is refused.
            guard !domain.isEmpty, domain.unicodeScalars.allSatisfy({ !"/:?#@[]\\%".unicodeScalars.contains($0) }),
                let host = URLComponents(string: "http://" + domain)?.encodedHost,
                !host.isEmpty, host.utf8.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "%") })
            else { return nil }
            return host
        })
}
