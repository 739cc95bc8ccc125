internal import ArgumentParser
internal import Simulators

@main
enum Program {
    static func main() async { await CRMSimulators.main() }
}
