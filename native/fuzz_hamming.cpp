// Change and search an index in random order, against a plain list, with every kernel; then from
// several threads at once. Run by scripts/fuzz-native.sh under AddressSanitizer and
// ThreadSanitizer.
#include <algorithm>
#include <thread>
#include <tuple>

#include "fuzz_clock.hpp"
#include "hamming_index.hpp"

using namespace raiment;

namespace {

using Random = std::mt19937_64;

// Around a few centres, so that distances near every radius and crowded buckets occur.
Hash hash_near(Random& draw, std::uint64_t centres) {
    Random centre(draw() % centres);
    Hash hash{{centre(), centre(), centre(), centre()}};
    for (auto flips = draw() % 50; flips > 0; --flips) {
        const auto bit = draw() % 256;
        hash.words[bit / 64] ^= std::uint64_t{1} << bit % 64;
    }
    return hash;
}

struct Pairs {
    std::vector<std::uint64_t> ids;
    std::vector<Hash> hashes;

    void push(const Row& row) {
        ids.push_back(row.id);
        hashes.push_back(row.hash);
    }
};

Pairs some(Random& draw, std::size_t count, std::uint64_t centres) {
    Pairs pairs;
    for (std::size_t i = 0; i < count; ++i) pairs.push({draw() % 50, hash_near(draw, centres)});
    return pairs;
}

struct Model {
    std::vector<Row> rows;

    auto find(const Row& wanted) {
        return std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
            return row.id == wanted.id && row.hash == wanted.hash;
        });
    }

    std::size_t add(const Pairs& pairs) {
        const std::size_t before = rows.size();
        for (std::size_t i = 0; i < pairs.ids.size(); ++i) {
            const Row row{pairs.ids[i], pairs.hashes[i]};
            if (find(row) == rows.end()) rows.push_back(row);
        }
        return rows.size() - before;
    }

    std::size_t remove(const Pairs& pairs) {
        const std::size_t before = rows.size();
        for (std::size_t i = 0; i < pairs.ids.size(); ++i) {
            const auto place = find({pairs.ids[i], pairs.hashes[i]});
            if (place != rows.end()) rows.erase(place);
        }
        return before - rows.size();
    }

    std::size_t near(const Hash& query, std::uint32_t radius) const {
        return static_cast<std::size_t>(
            std::count_if(rows.begin(), rows.end(),
                          [&](const Row& row) { return distance(row.hash, query) <= radius; }));
    }
};

void check_searches(const HammingIndex& index, const Model& model, Random& draw,
                    std::uint64_t centres) {
    std::vector<Hash> queries;
    for (auto count = draw() % 6; count > 0; --count) queries.push_back(hash_near(draw, centres));
    const auto radius = static_cast<std::uint32_t>(draw() % 3 ? draw() % 50 : draw() % 257);
    std::vector<std::vector<Hit>> found;
    for (const Kernel kernel : supported_kernels()) {
        found.push_back(index.search(queries.data(), queries.size(), radius, kernel));
        const auto same = [](const Hit& a, const Hit& b) {
            return a.query == b.query && a.distance == b.distance && a.row.id == b.row.id &&
                   a.row.hash == b.row.hash;
        };
        require(std::equal(found[0].begin(), found[0].end(), found.back().begin(),
                           found.back().end(), same),
                "kernels agree");
        require(std::adjacent_find(found[0].begin(), found[0].end(), same) == found[0].end(),
                "each pair once");
    }
    std::size_t wanted = 0;
    for (const Hash& query : queries) wanted += model.near(query, radius);
    require(found[0].size() == wanted, "as many pairs as a scan finds");
    for (const Hit& hit : found[0]) {
        require(
            hit.distance <= radius && hit.distance == distance(hit.row.hash, queries[hit.query]),
            "true distances");
    }
}

void one_life(Random& draw) {
    HammingIndex index(draw() % 2 ? 0 : 13 + draw() % 20);
    Model model;
    const std::uint64_t centres = 1 + draw() % 40;
    for (int step = 0; step < 40; ++step) {
        const Pairs pairs = some(draw, draw() % 60, centres);
        switch (draw() % 5) {
            case 0:
            case 1:
                require(index.add(pairs.ids.data(), pairs.hashes.data(), pairs.ids.size()) ==
                            model.add(pairs),
                        "counts additions");
                break;
            case 2: {
                Pairs known = pairs;
                for (std::size_t i = 0; i < model.rows.size(); i += 1 + draw() % 9)
                    known.push(model.rows[i]);
                require(index.remove(known.ids.data(), known.hashes.data(), known.ids.size()) ==
                            model.remove(known),
                        "counts removals");
                break;
            }
            case 3:
                index.merge();
                break;
            default:
                check_searches(index, model, draw, centres);
        }
        require(index.size() == model.rows.size(), "size");
    }
    check_searches(index, model, draw, centres);
}

// Pairs that stay must be found by every search, whatever writers and merges do meanwhile.
void many_threads(Random& draw) {
    HammingIndex index;
    Random staying_draw(draw());
    const Pairs staying = some(staying_draw, 3000, 1000);
    index.add(staying.ids.data(), staying.hashes.data(), staying.ids.size());
    const auto change = [&index](std::uint64_t seed) {
        Random own(seed);
        for (int round = 0; round < 12; ++round) {
            Pairs passing = some(own, 2000, 1000);
            for (auto& id : passing.ids) id += 100;
            index.add(passing.ids.data(), passing.hashes.data(), passing.ids.size());
            if (round % 3 == 0) index.merge();
            index.remove(passing.ids.data(), passing.hashes.data(), passing.ids.size());
        }
    };
    const auto read = [&](std::size_t first) {
        for (std::size_t i = first; i < staying.ids.size(); i += 40) {
            const auto hits = index.search(&staying.hashes[i], 1, 31, active_kernel());
            require(std::any_of(hits.begin(), hits.end(),
                                [&](const Hit& hit) {
                                    return hit.row.id == staying.ids[i] && hit.distance == 0;
                                }),
                    "what stays is found");
        }
    };
    std::vector<std::thread> threads;
    for (std::uint64_t seed = 0; seed < 2; ++seed) threads.emplace_back(change, draw());
    for (std::size_t first = 0; first < 2; ++first) threads.emplace_back(read, first);
    for (auto& thread : threads) thread.join();
}

}  // namespace

int main(int argc, char** argv) {
    const FuzzClock clock(argc, argv);
    Random draw(clock.seed);
    std::size_t lives = 0;
    for (; clock.running(); ++lives) {
        one_life(draw);
        if (lives % 8 == 0) many_threads(draw);
    }
    std::printf("%zu indexes lived through\n", lives);
}
