//! Lists the words for suggested aliases. They are short, easy to spell and say, and suitable in any address.

pub const ADJECTIVES: [&str; 256] = [
    "able", "active", "adept", "agile", "airy", "alert", "alpine", "amber", "ample", "antique", "apt", "arctic",
    "artful", "autumn", "awake", "azure", "balmy", "bold", "bonny", "brave", "breezy", "bright", "brisk", "broad",
    "bronze", "bubbly", "calm", "candid", "canny", "careful", "caring", "casual", "chatty", "cheerful", "cheery",
    "chief", "choice", "civil", "clean", "clear", "clever", "coastal", "cobalt", "comfy", "compact", "content",
    "copper", "coral", "cordial", "cosmic", "cozy", "crimson", "crisp", "curious", "daily", "dainty", "dapper",
    "daring", "dawn", "deep", "deft", "dewy", "distant", "dreamy", "eager", "early", "earnest", "eastern", "eastward",
    "easy", "elegant", "exact", "expert", "fabled", "fair", "famous", "fancy", "festive", "fiery", "fine", "firm",
    "fleet", "flowery", "fluent", "fluffy", "foggy", "fond", "fragrant", "frank", "free", "fresh", "friendly",
    "frosty", "fruity", "furry", "genial", "gentle", "genuine", "giant", "glad", "glossy", "golden", "graceful",
    "grand", "grassy", "great", "green", "handy", "happy", "hardy", "hazel", "hearty", "hidden", "hilly", "honest",
    "hopeful", "humble", "icy", "ideal", "indigo", "inner", "ivory", "jade", "jaunty", "jolly", "joyful", "juicy",
    "keen", "kind", "kindly", "lasting", "leading", "leafy", "light", "lilac", "linen", "lively", "lofty", "lovely",
    "loyal", "lucid", "lucky", "lunar", "magic", "maple", "marine", "mellow", "melodic", "merry", "mighty", "mild",
    "mint", "misty", "modest", "mossy", "musical", "native", "natural", "navy", "neat", "nifty", "nimble", "noble",
    "northern", "oaken", "olive", "opal", "open", "orange", "outer", "pastel", "patient", "peachy", "pearl", "perky",
    "placid", "plain", "polite", "prime", "proud", "pure", "purple", "quaint", "quick", "quiet", "rapid", "rare",
    "ready", "regal", "regular", "relaxed", "round", "royal", "ruby", "ruddy", "russet", "rustic", "safe", "sage",
    "sandy", "sapphire", "scarlet", "serene", "shiny", "silent", "silver", "simple", "sincere", "sleek", "smart",
    "smooth", "snowy", "soft", "solar", "solid", "sparkly", "splendid", "spotted", "square", "stable", "starry",
    "stellar", "stoic", "striped", "subtle", "sunlit", "sunny", "superb", "swift", "tangy", "tawny", "tender",
    "thankful", "tidy", "tiny", "topaz", "tranquil", "true", "trusty", "tuneful", "upper", "useful", "valiant", "vast",
    "verdant", "vernal", "violet", "vivid", "vocal", "warm", "wide", "wise", "wistful", "wooden", "woolly", "worthy",
];

pub const NOUNS: [&str; 256] = [
    "acorn", "alder", "almond", "anchor", "apple", "apricot", "apron", "arbor", "aspen", "aurora", "avocado", "badger",
    "balloon", "bamboo", "barn", "basil", "basket", "beacon", "beaver", "berry", "birch", "bison", "bonfire", "bottle",
    "boulder", "brook", "bucket", "buffalo", "button", "cabin", "cactus", "camel", "camera", "canal", "canoe",
    "canyon", "caravan", "carrot", "cart", "castle", "cedar", "cherry", "chestnut", "chimney", "cinnamon", "cliff",
    "cloud", "clover", "coast", "coconut", "comet", "compass", "condor", "copse", "cottage", "cougar", "cove", "crane",
    "creek", "cricket", "crocus", "crystal", "cypress", "daffodil", "dahlia", "daisy", "delta", "dolphin", "dove",
    "dune", "eagle", "elm", "ember", "falcon", "feather", "fennel", "fern", "ferry", "fiddle", "finch", "fjord",
    "flame", "forest", "fountain", "fox", "galaxy", "gallery", "garden", "garnet", "gazelle", "gecko", "ginger",
    "giraffe", "glacier", "glove", "grape", "grove", "guitar", "hammock", "harbor", "harp", "harvest", "hawk",
    "hazelnut", "hearth", "helmet", "heron", "hill", "hollow", "honey", "horizon", "hornbill", "ibis", "iceberg",
    "igloo", "iguana", "inlet", "iris", "island", "ivy", "jaguar", "jasmine", "juniper", "kestrel", "kettle", "kite",
    "kiwi", "koala", "lagoon", "lake", "lamp", "lantern", "lapwing", "lark", "laurel", "lavender", "leaf", "lemon",
    "lemur", "lily", "linden", "lion", "llama", "loom", "lotus", "lynx", "macaw", "magnet", "magpie", "mango",
    "marble", "marigold", "marmot", "marsh", "marten", "meadow", "melon", "meteor", "mill", "moon", "moss", "mountain",
    "nectar", "newt", "nutmeg", "oak", "oasis", "oboe", "ocean", "octopus", "onyx", "orchard", "orchid", "oriole",
    "osprey", "ostrich", "otter", "owl", "paddle", "palm", "panda", "panther", "papaya", "park", "parrot", "pebble",
    "pelican", "penguin", "peony", "pepper", "pillow", "pine", "planet", "plateau", "plum", "pond", "poplar", "poppy",
    "porch", "prairie", "puddle", "puffin", "pumpkin", "quail", "quartz", "quill", "quince", "rabbit", "rainbow",
    "ranch", "raven", "reef", "reindeer", "ribbon", "river", "robin", "rocket", "rowan", "saffron", "scarf", "seal",
    "shore", "sloth", "sparrow", "spoon", "spring", "spruce", "starling", "stork", "stream", "summit", "sunrise",
    "sunset", "swan", "teapot", "thistle", "tiger", "toucan", "tower", "trumpet", "tulip", "umbrella", "valley",
    "vanilla", "village", "vine", "violin", "vista", "voyage", "walnut", "walrus", "wheat", "willow", "wombat", "wren",
    "zebra",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn words_are_different_and_plain() {
        let words = || ADJECTIVES.iter().chain(&NOUNS);
        assert_eq!(words().collect::<HashSet<_>>().len(), ADJECTIVES.len() + NOUNS.len());
        assert!(words().all(|word| (3..=10).contains(&word.len())));
        assert!(words().all(|word| word.chars().all(|c| c.is_ascii_lowercase())));
    }
}
