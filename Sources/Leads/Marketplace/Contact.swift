/// Who the customer is, as one action said it: the seven fields of the marketplace, each of which may be missing.
package struct Contact: Hashable, Sendable {
    package var email: String?
    package var firstName: String?
    package var lastName: String?
    package var phone: String?
    package var country: String?
    package var company: String?
    package var title: String?

    package init(
        email: String? = nil, firstName: String? = nil, lastName: String? = nil, phone: String? = nil,
        country: String? = nil, company: String? = nil, title: String? = nil
    ) {
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
        self.phone = phone
        self.country = country
        self.company = company
        self.title = title
    }

    /// The fields with their names in JSON, in the order they are shown.
    package enum Field: String, CaseIterable, Sendable {
        case email, firstName, lastName, phone, country, company, title

        package var path: WritableKeyPath<Contact, String?> {
            switch self {
            case .email: \.email
            case .firstName: \.firstName
            case .lastName: \.lastName
            case .phone: \.phone
            case .country: \.country
            case .company: \.company
            case .title: \.title
            }
        }

        /// The bit that stands for the field in a set of fields.
        package var bit: Int32 { 1 << Int32(Field.allCases.firstIndex(of: self) ?? 0) }
    }

    package subscript(_ field: Field) -> String? {
        get { self[keyPath: field.path] }
        set { self[keyPath: field.path] = newValue }
    }

    /// The fields that are not empty, one bit each.
    package var present: Int32 {
        Field.allCases.reduce(0) { bits, field in
            guard let value = self[field], !value.trimmed.isEmpty else { return bits }
            return bits | field.bit
        }
    }

    package var isEmpty: Bool { present == 0 }
}
