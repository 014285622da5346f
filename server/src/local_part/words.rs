//! Words for suggested aliases: short, easy to spell and to say, and none that anybody would mind in an address.

pub const ADJECTIVES: [&str; 128] = [
    "agile", "airy", "alpine", "amber", "ample", "apt", "arctic", "autumn", "azure", "balmy", "bold", "brave",
    "breezy", "bright", "brisk", "bronze", "calm", "candid", "careful", "cheery", "chief", "civil", "clean", "clear",
    "clever", "cobalt", "copper", "coral", "cosmic", "cozy", "crisp", "curious", "daily", "dapper", "daring", "dawn",
    "deep", "deft", "dewy", "eager", "early", "earnest", "eastern", "easy", "elegant", "fair", "famous", "fancy",
    "festive", "fine", "firm", "fleet", "fluent", "fond", "frank", "free", "fresh", "frosty", "gentle", "giant",
    "glad", "golden", "grand", "green", "handy", "happy", "hardy", "hazel", "hearty", "honest", "humble", "icy",
    "ideal", "indigo", "ivory", "jade", "jolly", "keen", "kind", "lasting", "leafy", "light", "linen", "lively",
    "loyal", "lucid", "lucky", "lunar", "maple", "marine", "mellow", "merry", "mild", "mint", "misty", "modest",
    "mossy", "navy", "neat", "nimble", "noble", "northern", "olive", "open", "orange", "patient", "pearl", "placid",
    "plain", "polite", "prime", "proud", "quick", "quiet", "rapid", "ready", "regal", "royal", "rustic", "sage",
    "sandy", "scarlet", "serene", "shiny", "silent", "silver", "simple", "sleek",
];

pub const NOUNS: [&str; 128] = [
    "acorn", "almond", "anchor", "apple", "apron", "arbor", "aspen", "badger", "bamboo", "basil", "beacon", "beaver",
    "birch", "bison", "brook", "cabin", "cactus", "camel", "canal", "canyon", "castle", "cedar", "cherry", "cliff",
    "clover", "comet", "compass", "cove", "crane", "creek", "cricket", "crystal", "cypress", "daisy", "delta",
    "dolphin", "dune", "eagle", "elm", "ember", "falcon", "feather", "fern", "ferry", "fjord", "forest", "fountain",
    "fox", "garden", "garnet", "gazelle", "ginger", "glacier", "grove", "harbor", "hawk", "hazelnut", "heron", "hill",
    "hollow", "ibis", "inlet", "iris", "island", "ivy", "jasmine", "juniper", "kestrel", "kettle", "kiwi", "koala",
    "lagoon", "lake", "lantern", "lark", "laurel", "lemon", "lily", "linden", "lotus", "lynx", "magnet", "magpie",
    "mango", "marble", "marmot", "marten", "meadow", "melon", "meteor", "mill", "moon", "nectar", "nutmeg", "oak",
    "oasis", "ocean", "orchard", "orchid", "osprey", "otter", "owl", "panda", "parrot", "pebble", "pelican", "pepper",
    "pine", "planet", "plum", "pond", "poplar", "prairie", "puffin", "quail", "quartz", "raven", "reef", "river",
    "robin", "saffron", "seal", "sparrow", "spruce", "stream", "summit", "tulip", "valley",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn words_are_different_and_plain() {
        for words in [ADJECTIVES, NOUNS] {
            assert_eq!(words.iter().collect::<HashSet<_>>().len(), 128);
            assert!(words.iter().all(|word| word.chars().all(|c| c.is_ascii_lowercase())));
        }
    }
}
