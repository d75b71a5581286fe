#include "panels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "outlines.hpp"
#include "plane.hpp"
#include "settle.hpp"

namespace raiment {
namespace {

// Fainter edges drown in what JPEG leaves, coarser ones are rare: pictures fade into white and black.
constexpr Sensitivity kOutline{4, 4};
constexpr std::size_t kMostStretches = 15;
constexpr std::size_t kFewestSamples = 16;  // of a panel's side

// Shares of the picture's side.
constexpr double kShortestOutline = 0.2, kShortestSide = 0.15, kShortestOtherSide = 0.2;
constexpr double kLargestArea = 0.985;
// Two outlines belong together when what they share is at least this part of what they span.
constexpr double kCommon = 0.5;
constexpr double kSearch = 0.05;

// What the picture's own edge counts for, as against an outline of which that share counts.
constexpr double kOwnEdge = 0.4;
constexpr double kLeastShare = 0.3;

constexpr std::size_t kGroundSamples = 1500;
constexpr std::size_t kMostWeighed = 96;
constexpr double kSameBox = 0.97;

// Two pictures that touch: a seam from edge to edge, this far from the picture's own edges.
constexpr Sensitivity kSeam{8, 8};
constexpr double kSeamShare = 0.3, kSeamInset = 0.2;

// A bubble or a card around the picture: look this much of the side further in for another outline.
constexpr double kPadding = 0.05, kInnerShare = 0.45;

// A window on a desktop: a panel at least this part of the picture, so much of it one gray.
constexpr double kPageArea = 0.2, kPageGround = 0.08;

struct Area {
    Extent rows, columns;
    std::size_t samples() const { return rows.length() * columns.length(); }
};

bool operator==(const Area& a, const Area& b) { return a.rows == b.rows && a.columns == b.columns; }

struct Candidate {
    Area area;
    double likelihood;
};

// Everything seen along one axis: for rows, the horizontal lines where a panel begins and ends.
struct Direction {
    Outlines begins, ends;
    std::size_t extent;
    std::vector<Stretch> beginnings, endings;  // with the picture's own edges

    Direction(const Plane& plane, Kernel kernel)
        : begins(plane, Ground::before, kOutline, kernel), ends(plane, Ground::after, kOutline, kernel),
          extent(plane.columns) {
        const auto shortest = static_cast<std::size_t>(kShortestOutline * static_cast<double>(plane.rows));
        beginnings = begins.stretches(shortest, kMostStretches);
        beginnings.push_back({0, 0, plane.rows, 0});
        endings = ends.stretches(shortest, kMostStretches);
        endings.push_back({extent, 0, plane.rows, 0});
    }
};

struct Side {
    std::size_t line;
    double share;
};

// The line of lines[low..high] that counts most along the span; edge is the picture's own, if in reach.
Side best_side(const Outlines& outlines, std::size_t low, std::size_t high, Extent span, std::size_t edge) {
    Side best{low, -1.0};
    for (std::size_t line = low; line <= high; ++line) {
        const double share = outlines.share(line, span.from, span.to);
        if (share > best.share) best = {line, share};
    }
    if (low <= edge && edge <= high && best.share < kOwnEdge) return {edge, kOwnEdge};
    return best;
}

Side search_side(const Outlines& outlines, std::size_t first, std::size_t second, std::size_t extent, Extent span,
                 std::size_t edge) {
    const std::size_t reach = std::max<std::size_t>(2, static_cast<std::size_t>(kSearch * static_cast<double>(extent)));
    const std::size_t low = std::min(first, second), high = std::max(first, second);
    return best_side(outlines, low > reach ? low - reach : 0, std::min(high + reach, extent), span, edge);
}

bool belong_together(const Stretch& a, const Stretch& b) {
    const std::size_t low = std::max(a.from, b.from), high = std::min(a.to, b.to);
    const std::size_t span = std::max(a.to, b.to) - std::min(a.from, b.from);
    return high > low && static_cast<double>(high - low) >= kCommon * static_cast<double>(span);
}

struct Found {
    Extent along, across;
    double likelihood;
};

// A beginning and an ending, and the two sides between them.
bool complete(const Direction& along, const Direction& across, const Stretch& begin, const Stretch& end,
              Found& found) {
    const bool begins = begin.line > 0, ends = end.line < along.extent;
    if (!begins && !ends) return false;
    if (begins && ends && !belong_together(begin, end)) return false;
    const Stretch& first = begins ? begin : end;
    const Stretch& second = ends ? end : begin;
    const Extent span{begin.line, end.line};
    const Side low = search_side(across.begins, first.from, second.from, across.extent, span, 0);
    const Side high = search_side(across.ends, first.to, second.to, across.extent, span, across.extent);
    const double least = kShortestOtherSide * static_cast<double>(across.extent);
    if (static_cast<double>(high.line) - static_cast<double>(low.line) < std::max(least, 1.0)) return false;
    std::array<double, 4> shares{begins ? along.begins.share(begin.line, low.line, high.line) : kOwnEdge,
                                 ends ? along.ends.share(end.line, low.line, high.line) : kOwnEdge, low.share,
                                 high.share};
    std::sort(shares.begin(), shares.end());
    if (shares[1] < kLeastShare) return false;
    found.along = span;
    found.across = {low.line, high.line};
    const double area = static_cast<double>(span.length() * found.across.length()) /
                        static_cast<double>(along.extent * across.extent);
    if (area > kLargestArea) return false;
    found.likelihood = shares[0] + 0.7 * (shares[1] + shares[2]) + 0.2 * shares[3] + 0.4 * std::sqrt(area);
    return true;
}

template <typename Place>
void search(const Direction& along, const Direction& across, Place place, std::vector<Candidate>& candidates) {
    const double least = kShortestSide * static_cast<double>(along.extent);
    for (const Stretch& begin : along.beginnings) {
        for (const Stretch& end : along.endings) {
            if (static_cast<double>(end.line) - static_cast<double>(begin.line) < std::max(least, 1.0)) continue;
            Found found;
            if (complete(along, across, begin, end, found)) {
                candidates.push_back({place(found.along, found.across), found.likelihood});
            }
        }
    }
}

// The largest part of the area within two gray levels of one gray: high for a page, low for a photograph.
double ground_share(const Plane& plane, const Area& area) {
    const double step = std::sqrt(static_cast<double>(area.samples()) / static_cast<double>(kGroundSamples));
    const std::size_t skip = std::max<std::size_t>(1, static_cast<std::size_t>(step));
    std::array<std::uint32_t, 260> histogram{};
    std::uint32_t total = 0;
    for (std::size_t y = area.rows.from; y < area.rows.to; y += skip) {
        const std::uint8_t* row = plane.row(y);
        for (std::size_t x = area.columns.from; x < area.columns.to; x += skip, ++total) ++histogram[row[x] + 2U];
    }
    std::uint32_t most = 0;
    for (std::size_t gray = 0; gray + 4 < histogram.size(); ++gray) {
        most = std::max(most, histogram[gray] + histogram[gray + 1] + histogram[gray + 2] + histogram[gray + 3] +
                                  histogram[gray + 4]);
    }
    return static_cast<double>(most) / static_cast<double>(total);
}

std::size_t common(const Extent& a, const Extent& b) {
    const std::size_t low = std::max(a.from, b.from), high = std::min(a.to, b.to);
    return high > low ? high - low : 0;
}

bool same_box(const Area& a, const Area& b) {
    const std::size_t both = common(a.rows, b.rows) * common(a.columns, b.columns);
    const std::size_t either = a.samples() + b.samples() - both;
    return static_cast<double>(both) >= kSameBox * static_cast<double>(either);
}

std::vector<Area> likeliest(const Plane& plane, std::vector<Candidate> candidates, std::size_t most) {
    const auto by_likelihood = [](const Candidate& a, const Candidate& b) { return a.likelihood > b.likelihood; };
    std::stable_sort(candidates.begin(), candidates.end(), by_likelihood);
    std::vector<Candidate> weighed;
    for (const Candidate& one : candidates) {
        const auto same = [&one](const Candidate& other) { return one.area == other.area; };
        if (std::min(one.area.rows.length(), one.area.columns.length()) < kFewestSamples) continue;
        if (std::any_of(weighed.begin(), weighed.end(), same)) continue;
        if (weighed.size() == kMostWeighed) break;
        const double ground = ground_share(plane, one.area);
        weighed.push_back({one.area, one.likelihood - std::max(0.0, ground - 0.1)});
    }
    std::stable_sort(weighed.begin(), weighed.end(), by_likelihood);
    std::vector<Area> result;
    for (const Candidate& one : weighed) {
        const auto same = [&one](const Area& other) { return same_box(one.area, other); };
        if (result.size() == most) break;
        if (std::none_of(result.begin(), result.end(), same)) result.push_back(one.area);
    }
    return result;
}

Extent inner_span(const Direction& direction, Extent span, Extent along) {
    const std::size_t margin = along.length() / 12;  // rounded corners
    const Extent middle{along.from + margin, along.to - margin};
    const std::size_t reach =
        std::max<std::size_t>(2, static_cast<std::size_t>(kPadding * static_cast<double>(span.length())));
    Extent inner = span;
    for (std::size_t i = 0; i <= reach; ++i) {
        if (direction.begins.share(span.from + i, middle.from, middle.to) >= kInnerShare) inner.from = span.from + i;
        if (direction.ends.share(span.to - i, middle.from, middle.to) >= kInnerShare) inner.to = span.to - i;
    }
    return inner;
}

// The line that counts most from edge to edge, 0 if none counts enough.
std::size_t seam(const Plane& plane, Kernel kernel) {
    const std::vector<std::uint16_t> counts = seams(plane, kSeam, kernel);
    const auto inset = static_cast<std::ptrdiff_t>(kSeamInset * static_cast<double>(plane.columns));
    const auto best = std::max_element(counts.begin() + inset, counts.end() - inset);
    const bool enough = static_cast<double>(*best) / static_cast<double>(plane.rows) >= kSeamShare;
    return enough ? static_cast<std::size_t>(best - counts.begin()) : 0;
}

bool nearly(const Area& a, const Area& b) {
    const auto near = [](std::size_t x, std::size_t y) { return (x > y ? x - y : y - x) <= 1; };
    return near(a.rows.from, b.rows.from) && near(a.rows.to, b.rows.to) && near(a.columns.from, b.columns.from) &&
           near(a.columns.to, b.columns.to);
}

void add(const Area& area, std::vector<Area>& areas) {
    const auto same = [&area](const Area& other) { return nearly(area, other); };
    if (std::none_of(areas.begin(), areas.end(), same)) areas.push_back(area);
}

// The likeliest rectangles of outlines, each followed by what lies inside its padding.
std::vector<Area> outlined(const Plane& plane, const Plane& turned, std::size_t most, Kernel kernel) {
    const Direction rows(turned, kernel), columns(plane, kernel);
    std::vector<Candidate> candidates;
    search(rows, columns, [](Extent along, Extent across) { return Area{along, across}; }, candidates);
    search(columns, rows, [](Extent along, Extent across) { return Area{across, along}; }, candidates);
    std::vector<Area> areas;
    for (const Area& area : likeliest(plane, std::move(candidates), most)) {
        add(area, areas);
        add({inner_span(rows, area.rows, area.columns), inner_span(columns, area.columns, area.rows)}, areas);
    }
    return areas;
}

// What lies in the likeliest panel that is a page: its own outline hides that of the picture in it.
void add_nested(const Plane& plane, Kernel kernel, std::vector<Area>& areas) {
    const double least = kPageArea * static_cast<double>(plane.gray.size());
    const auto page = std::find_if(areas.begin(), areas.end(), [&](const Area& area) {
        return std::min(area.rows.length(), area.columns.length()) >= 2 * kFewestSamples &&
               static_cast<double>(area.samples()) >= least && ground_share(plane, area) >= kPageGround;
    });
    if (page == areas.end()) return;
    const std::size_t top = page->rows.from, left = page->columns.from;
    const Plane inside = part(plane, {top, page->rows.to}, {left, page->columns.to});
    for (const Area& area : outlined(inside, transposed(inside), kMostNested, kernel)) {
        add({{area.rows.from + top, area.rows.to + top}, {area.columns.from + left, area.columns.to + left}}, areas);
    }
}

Box in_picture(const Area& area, const Plane& plane, const Pixels& pixels) {
    // The picture's last pixels, fewer than a factor, belong to what reaches the plane's edge.
    const auto scale = [&plane](std::size_t at, std::size_t samples, std::size_t size) {
        return at == samples ? size : at * plane.factor;
    };
    return {area.rows.from * plane.factor, scale(area.rows.to, plane.rows, pixels.rows),
            area.columns.from * plane.factor, scale(area.columns.to, plane.columns, pixels.columns)};
}

}  // namespace

std::vector<Box> find_panels(const Pixels& pixels, const Plane& plane, std::size_t most, Kernel kernel) {
    if (std::min(plane.rows, plane.columns) < 2 * kFewestSamples) return {};
    const Plane turned = transposed(plane);
    std::vector<Area> areas = outlined(plane, turned, most, kernel);
    add_nested(plane, kernel, areas);
    const Extent rows{0, plane.rows}, columns{0, plane.columns};
    if (const std::size_t line = seam(turned, kernel); line > 0) {
        add({{0, line}, columns}, areas);
        add({{line, plane.rows}, columns}, areas);
    }
    if (const std::size_t line = seam(plane, kernel); line > 0) {
        add({rows, {0, line}}, areas);
        add({rows, {line, plane.columns}}, areas);
    }
    std::vector<Box> boxes;
    for (const Area& area : areas) {
        boxes.push_back(settled(pixels, in_picture(area, plane, pixels), plane.factor + 1));
    }
    return boxes;
}

}  // namespace raiment
