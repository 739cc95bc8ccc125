internal import OrderedJSON

/// The answers of the Web API that are no refusals.
struct DynamicsAnswers {
    let call: DynamicsCall
    let columns: [DynamicsColumn]

    /// - Parameter address: of the lead, in the form in which the request named it.
    func nothing(address: String) -> SimulatedAnswer {
        SimulatedAnswer(status: 204, headers: DynamicsFault.common + [("odata-entityid", address)])
    }

    func one(_ lead: DynamicsLead, status: Int) throws(DynamicsFault) -> SimulatedAnswer {
        let select = try selected()
        let suffix = call.select.map { "(\($0.joined(separator: ",")))" } ?? ""
        var members = [context("leads\(suffix)/$entity")]
        members += self.members(lead, select)
        var answer = answer(status, .object(members))
        answer.headers.append(("etag", lead.etag))
        if status == 201 { answer.headers.append(("odata-entityid", call.address(of: lead))) }
        if call.wantsRepresentation { answer.headers.append(("preference-applied", "return=representation")) }
        return answer
    }

    func list(_ leads: [DynamicsLead]) throws(DynamicsFault) -> SimulatedAnswer {
        let select = try selected()
        if let filter = call.filter, !columns.contains(where: { $0.name == filter.name }) {
            throw .property(filter.name, on: "lead")
        }
        let found = leads.lazy.filter { lead in
            guard let filter = call.filter else { return true }
            return lead[filter.name]?.string?.lowercased() == filter.value.lowercased()
        }
        let rows = found.prefix(min(call.top ?? 5_000, 5_000)).map { JSON.object(members($0, select)) }
        return answer(200, .object([context("leads"), JSON.Member("value", .array(Array(rows)))]))
    }

    func whoAmI() -> SimulatedAnswer {
        answer(
            200,
            .object([
                context("Microsoft.Dynamics.CRM.WhoAmIResponse"),
                JSON.Member("BusinessUnitId", .string("22222222-0000-0000-0000-000000000002")),
                JSON.Member("UserId", .string("22222222-0000-0000-0000-000000000001")),
                JSON.Member("OrganizationId", .string("22222222-0000-0000-0000-000000000003")),
            ]))
    }

    func keys(_ settings: DynamicsSettings) throws(DynamicsFault) -> SimulatedAnswer {
        let key: [JSON.Member] = [
            JSON.Member("MetadataId", .string("33333333-0000-0000-0000-000000000001")),
            JSON.Member("LogicalName", .string(settings.keyColumn + "_key")),
            JSON.Member("SchemaName", .string(settings.keyColumn + "_key")),
            JSON.Member("EntityLogicalName", .string("lead")),
            JSON.Member("KeyAttributes", .array([.string(settings.keyColumn)])),
            JSON.Member("EntityKeyIndexStatus", .string(settings.keyStatus == .active ? "Active" : "Pending")),
        ]
        let chosen = try choose(key, type: "EntityKeyMetadata")
        let value: [JSON] = settings.keyStatus == .absent ? [] : [.object(chosen)]
        return answer(
            200, .object([context("EntityDefinitions('lead')/Keys"), JSON.Member("value", .array(value))]))
    }

    /// - Parameter kind: narrows the list to one derived type, which alone makes its own properties known to `$select`.
    func attributes(kind: String?) throws(DynamicsFault) -> SimulatedAnswer {
        let type = kind.map { "\($0)AttributeMetadata" } ?? "AttributeMetadata"
        let chosen = columns.filter { kind == nil || $0.attributeType == kind }
            .filter { call.filter == nil || call.filter?.value == $0.name }
        if let filter = call.filter, filter.name != "LogicalName" { throw .property(filter.name, on: type) }
        var value: [JSON] = []
        for column in chosen {
            var members: [JSON.Member] = [
                JSON.Member("MetadataId", .string("33333333-0000-0000-0000-000000000002")),
                JSON.Member("LogicalName", .string(column.name)),
                JSON.Member("SchemaName", .string(column.name)),
                JSON.Member("AttributeType", .string(column.attributeType)),
                JSON.Member("IsCustomAttribute", .bool(!DynamicsColumn.standard.contains(column))),
                JSON.Member("IsValidForCreate", .bool(true)),
                JSON.Member("IsValidForUpdate", .bool(column.name != "leadid")),
            ]
            // The base type does not know this property: a list of all types shows it, and cannot select it.
            if let maximum = column.maximum, kind != nil || call.select == nil {
                members.append(JSON.Member("MaxLength", .number(maximum)))
            }
            let derived = "#Microsoft.Dynamics.CRM.\(column.attributeType)AttributeMetadata"
            let note = kind == nil ? [JSON.Member("@odata.type", .string(derived))] : []
            value.append(.object(note + (try choose(members, type: type))))
        }
        return answer(
            200, .object([context("EntityDefinitions('lead')/Attributes"), JSON.Member("value", .array(value))]))
    }

    private func selected() throws(DynamicsFault) -> [DynamicsColumn] {
        guard let select = call.select else { return columns }
        var chosen: [DynamicsColumn] = []
        for name in select {
            guard let column = columns.first(where: { $0.name == name }) else { throw .property(name, on: "lead") }
            chosen.append(column)
        }
        // The identifier comes along whether it is selected or not.
        return chosen + (select.contains("leadid") ? [] : columns.filter { $0.name == "leadid" })
    }

    private func members(_ lead: DynamicsLead, _ select: [DynamicsColumn]) -> [JSON.Member] {
        [JSON.Member("@odata.etag", .string(lead.etag))]
            + select.map { column in
                JSON.Member(column.name, column.name == "leadid" ? .string(lead.id) : lead[column.name] ?? .null)
            }
    }

    private func choose(_ members: [JSON.Member], type: String) throws(DynamicsFault) -> [JSON.Member] {
        guard let select = call.select else { return members }
        if let other = select.first(where: { name in !members.contains { $0.name == name } }) {
            throw .property(other, on: type)
        }
        // The identifier of the definition comes along whether it is selected or not.
        return members.filter { select.contains($0.name) || $0.name == "MetadataId" }
    }

    private func context(_ what: String) -> JSON.Member {
        JSON.Member("@odata.context", .string("\(call.base)/api/data/v9.2/$metadata#\(what)"))
    }

    private func answer(_ status: Int, _ json: JSON) -> SimulatedAnswer {
        SimulatedAnswer(
            status: status,
            headers: DynamicsFault.common + [("content-type", "application/json; odata.metadata=minimal")],
            body: json.encoded())
    }
}
