/// A day of the proleptic Gregorian calendar.
///
/// The arithmetic is the well-known one on 400-year eras that begin on 1 March
/// (https://howardhinnant.github.io/date_algorithms.html).
package struct CivilDate: Hashable, Comparable, Sendable {
    package let year: Int64
    /// 1 - 12
    package let month: Int64
    /// 1 - 31
    package let day: Int64

    package init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    package init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let ofEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear
        return era * 146_097 + ofEra - 719_468
    }

    package static func < (left: CivilDate, right: CivilDate) -> Bool { left.daysSince1970 < right.daysSince1970 }

    package static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The ISO 8601 week this day belongs to, as `YYYY-Www`: weeks begin on Monday, week 1 holds 4 January.
    package var isoWeek: String {
        let days = daysSince1970
        let weekday = days - floorDivide(days + 3, 7) * 7 + 3  // Monday is 0; 1970-01-01 was a Thursday.
        let thursday = CivilDate(daysSince1970: days - weekday + 3)
        let firstOfYear = CivilDate(year: thursday.year, month: 1, day: 1).daysSince1970
        return pad(thursday.year, 4) + "-W" + pad((thursday.daysSince1970 - firstOfYear) / 7 + 1, 2)
    }

    /// `YYYY-MM`
    package var yearAndMonth: String { pad(year, 4) + "-" + pad(month, 2) }
}

extension CivilDate: CustomStringConvertible {
    /// `YYYY-MM-DD`
    package var description: String { yearAndMonth + "-" + pad(day, 2) }
}
