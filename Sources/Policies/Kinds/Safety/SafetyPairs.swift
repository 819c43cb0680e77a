/// What two things say together that each alone does not.
enum SafetyPairs {
    /// Where an infinitive stands behind its object.
    private static let verbLast: Set<SafetyLanguage> = [.german, .dutch]

    static let all: [SafetyPair] = [
        // Contempt for people because of what they are.
        SafetyPair(.hate, 0.9, .group, .contempt, within: 55),
        SafetyPair(.hate, 0.9, .group, .exclusion, within: 55),
        SafetyPair(.hate, 0.9, .loathing, .group, within: 30),
        SafetyPair(.hate, 0.9, .violating, .group, within: 24),
        SafetyPair(.hate, 0.86, .contempt, .group, within: 8),
        // Help with harm: to someone, and with what is made only for it.
        SafetyPair(makes: .victim, .assault, .person, within: 22),
        SafetyPair(makes: .victim, .person, .assault, within: 22, in: verbLast),
        SafetyPair(makes: .victim, .destroying, .place, within: 14),
        SafetyPair(.violence, 0.95, .asking, .victim, within: 90),
        SafetyPair(makes: .madeWeapon, .making, .weapon, within: 30),
        SafetyPair(makes: .madeWeapon, .weapon, .making, within: 24, in: verbLast),
        SafetyPair(.weapons, 0.95, .asking, .madeWeapon, within: 70),
        SafetyPair(makes: .madeDrug, .making, .drug, within: 24),
        SafetyPair(makes: .madeDrug, .drug, .making, within: 24, in: verbLast),
        SafetyPair(.dangerous, 0.95, .asking, .madeDrug, within: 70),
        SafetyPair(.dangerous, 0.85, .asking, .evading, within: 110),
    ]
}
