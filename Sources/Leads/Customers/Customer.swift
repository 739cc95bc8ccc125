/// A person, as far as the match key tells persons apart: the fold of all that person's actions.
///
/// Contact data stays sealed in the events; the fold knows which event last gave each field, so that a replay decrypts
/// nothing and a reader unseals one or two events.
package struct Customer: Hashable, Sendable {
    package var actions: Int64 = 0
    package var first: Int64 = .max
    package var last: Int64 = .min
    /// Every action so far came from a connection test.
    package var isTest = true
    /// The newest event of each contact field, newest event first; each field stands in one of them.
    package var sources: [FieldSource] = []
    /// The last event about this subject, of whatever type; where the way back through its history begins.
    package var lastEvent: Int64 = 0

    /// An event, and the contact fields that hold what it said.
    package struct FieldSource: Hashable, Sendable {
        package var moment: Moment
        /// `Contact.Field.bit` of each field.
        package var fields: Int32

        package init(moment: Moment, fields: Int32) {
            self.moment = moment
            self.fields = fields
        }
    }

    package init() {}

    package mutating func evolve(_ action: ActionFact) {
        actions += 1
        first = min(first, action.at)
        last = max(last, action.at)
        if !action.isTest { isTest = false }
        give(action.flags.fields, action.moment)
    }

    /// A field takes the value of the newest event that had one.
    private mutating func give(_ fields: Int32, _ moment: Moment) {
        var fields = fields
        var index = 0
        while index < sources.count && sources[index].moment > moment {
            fields &= ~sources[index].fields
            index += 1
        }
        guard fields != 0 else { return }
        for older in index..<sources.count { sources[older].fields &= ~fields }
        sources.removeAll { $0.fields == 0 }
        sources.insert(FieldSource(moment: moment, fields: fields), at: min(index, sources.count))
    }
}
