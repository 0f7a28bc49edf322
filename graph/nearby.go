package graph

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"dugnad/ent"
	"dugnad/ent/municipality"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/schema"
	"dugnad/search"
	"dugnad/search/norwegian"
)

const (
	earthRadius = 6_371_009 // metres, mean
	furthest    = 2500      // kilometres, more than Norway is long
	mostAlike   = 20        // municipalities like another
)

// places returns the numbers of the municipalities that match all of a filter's near, within and likeMunicipality;
// nil when it has none of them.
func places(ctx context.Context, f *model.SearchFilter) ([]string, error) {
	var meant [][]string
	if f.Near != nil && f.Near.Km != nil {
		if km := *f.Near.Km; km <= 0 || km > furthest {
			return nil, gqlcode.Error(fault.BadUserInput, fmt.Sprintf("filter.near.km must be above 0 and at most %d", furthest))
		}
		near, err := PlacesNear(ctx, f.Near.Lat, f.Near.Lon, *f.Near.Km*1000)
		if err != nil {
			return nil, err
		}
		meant = append(meant, near)
	}
	if f.Within != nil {
		inside, err := within(ctx, f.Within)
		if err != nil {
			return nil, err
		}
		meant = append(meant, inside)
	}
	if f.LikeMunicipality != nil {
		alike, err := likeMunicipality(ctx, *f.LikeMunicipality)
		if err != nil {
			return nil, err
		}
		meant = append(meant, alike)
	}
	if meant == nil {
		return nil, nil
	}
	all := []string{}
	for _, number := range meant[0] {
		if !slices.ContainsFunc(meant[1:], func(others []string) bool { return !slices.Contains(others, number) }) {
			all = append(all, number)
		}
	}
	slices.Sort(all)
	return all, nil
}

// PlacesNear returns the numbers of the municipalities whose centre is within a distance in metres.
func PlacesNear(ctx context.Context, lat, lon, meters float64) ([]string, error) {
	all, err := Distances(ctx, lat, lon)
	near := []string{}
	for number, away := range all {
		if away <= meters {
			near = append(near, number)
		}
	}
	slices.Sort(near)
	return near, err
}

// PlacesWithin returns the numbers of the municipalities whose centre is in an area.
func PlacesWithin(ctx context.Context, south, west, north, east float64) ([]string, error) {
	return within(ctx, &model.GeoBox{South: south, West: west, North: north, East: east})
}

// Distances returns the metres from a place to the centre of every municipality, by number.
func Distances(ctx context.Context, lat, lon float64) (map[string]float64, error) {
	return distances(ctx, &model.GeoPoint{Lat: lat, Lon: lon})
}

// today returns the municipalities of today.
func today(ctx context.Context) ([]*ent.Municipality, error) {
	return ent.FromContext(ctx).Municipality.Query().Where(municipality.Active(true)).
		Select(
			municipality.FieldNumber, municipality.FieldLatitude, municipality.FieldLongitude, municipality.FieldKostraGroup,
			municipality.FieldPopulation,
		).All(ctx)
}

// distances returns the metres from a place to the centre of every municipality, by number.
func distances(ctx context.Context, from *model.GeoPoint) (map[string]float64, error) {
	if err := checkPlace("filter.near", from.Lat, from.Lon); err != nil {
		return nil, err
	}
	all, err := today(ctx)
	if err != nil {
		return nil, err
	}
	meters := make(map[string]float64, len(all))
	for _, m := range all {
		if m.Latitude != nil && m.Longitude != nil {
			meters[m.Number] = greatCircle(from.Lat, from.Lon, *m.Latitude, *m.Longitude)
		}
	}
	return meters, nil
}

func checkPlace(name string, lat, lon float64) error {
	if math.Abs(lat) > 90 || math.Abs(lon) > 180 {
		return gqlcode.Error(fault.BadUserInput, name+
			" is not a place on earth: a latitude must be from -90 to 90, a longitude from -180 to 180")
	}
	return nil
}

// greatCircle returns the distance between two places in whole metres.
func greatCircle(lat1, lon1, lat2, lon2 float64) float64 {
	const degree = math.Pi / 180
	half := func(angle float64) float64 { return math.Pow(math.Sin(angle*degree/2), 2) }
	h := half(lat2-lat1) + math.Cos(lat1*degree)*math.Cos(lat2*degree)*half(lon2-lon1)
	return math.Round(2 * earthRadius * math.Asin(math.Sqrt(min(1, h))))
}

func within(ctx context.Context, b *model.GeoBox) ([]string, error) {
	for _, corner := range [][2]float64{{b.South, b.West}, {b.North, b.East}} {
		if err := checkPlace("filter.within", corner[0], corner[1]); err != nil {
			return nil, err
		}
	}
	if b.South > b.North || b.West > b.East {
		return nil, gqlcode.Error(fault.BadUserInput, "filter.within: south must not be above north, nor west east of east")
	}
	all, err := today(ctx)
	inside := []string{}
	for _, m := range all {
		if m.Latitude != nil && m.Longitude != nil && *m.Latitude >= b.South && *m.Latitude <= b.North &&
			*m.Longitude >= b.West && *m.Longitude <= b.East {
			inside = append(inside, m.Number)
		}
	}
	return inside, err
}

// likeMunicipality returns the municipalities of the same KOSTRA group that are nearest in population, without the
// one itself. It returns none for an unknown number and for a municipality without a group.
func likeMunicipality(ctx context.Context, number string) ([]string, error) {
	alike, err := municipalitiesLike(ctx, number)
	numbers := make([]string, len(alike))
	for i, m := range alike {
		numbers[i] = m.Number
	}
	return numbers, err
}

// municipalitiesLike returns the 20 municipalities of the same KOSTRA group that are nearest in population to the one
// that has or had a number, nearest first.
func municipalitiesLike(ctx context.Context, number string) ([]*ent.Municipality, error) {
	numbers, err := numbersToday(ctx, []string{number})
	if err != nil {
		return nil, err
	}
	all, err := today(ctx)
	if err != nil {
		return nil, err
	}
	alike := []*ent.Municipality{}
	for _, one := range all {
		if !slices.Contains(numbers, one.Number) || one.KostraGroup == nil || one.Population == nil {
			continue
		}
		difference := func(m *ent.Municipality) int {
			return max(*m.Population-*one.Population, *one.Population-*m.Population)
		}
		var group []*ent.Municipality
		for _, m := range all {
			if m.KostraGroup != nil && *m.KostraGroup == *one.KostraGroup && m.Population != nil &&
				!slices.Contains(numbers, m.Number) {
				group = append(group, m)
			}
		}
		slices.SortFunc(group, func(a, b *ent.Municipality) int {
			return cmp.Or(cmp.Compare(difference(a), difference(b)), cmp.Compare(a.Number, b.Number))
		})
		alike = append(alike, group[:min(mostAlike, len(group))]...)
	}
	return alike, nil
}

// similarMunicipalities returns the first of those most like the one that has or had a number; none when there is no
// such number.
func similarMunicipalities(ctx context.Context, number string, first int) ([]*ent.Municipality, error) {
	if first < 1 || first > mostAlike {
		return nil, gqlcode.Error(fault.BadUserInput, fmt.Sprintf("first: must be from 1 to %d", mostAlike))
	}
	alike, err := municipalitiesLike(ctx, number)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, m := range alike[:min(first, len(alike))] {
		ids = append(ids, m.ID)
	}
	found, err := ent.FromContext(ctx).Municipality.Query().Where(municipality.IDIn(ids...)).Collected(ctx)
	slices.SortFunc(
		found, func(a, b *ent.Municipality) int { return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID)) },
	)
	return found, err
}

// didYouMean returns the query with the words that were searched for instead of its own, as the hits spell them; nil
// when there are none.
func didYouMean(ctx context.Context, words string, res *search.Result, hits map[string]ent.Noder) *string {
	if len(res.Corrected) == 0 || res.Total == 0 {
		return nil
	}
	written := map[string]string{}
	for _, h := range res.Hits {
		for _, text := range textsOf(ctx, hits[h.ID]) {
			for _, w := range norwegian.Words(text) {
				if folded := norwegian.Fold(w.Text); written[folded] == "" {
					written[folded] = w.Text
				}
			}
		}
	}
	meant := map[string]string{}
	for word, folded := range res.Corrected {
		meant[word] = cmp.Or(written[folded], folded)
	}
	s := corrected(words, meant)
	return &s
}

// corrected replaces words of a query, and leaves the rest as it was typed.
func corrected(query string, meant map[string]string) string {
	if len(meant) == 0 {
		return query
	}
	var out strings.Builder
	end := 0
	for _, w := range norwegian.Words(query) {
		if to := meant[w.Text]; to != "" {
			out.WriteString(query[end:w.Start])
			out.WriteString(to)
			end = w.End
		}
	}
	out.WriteString(query[end:])
	return out.String()
}

// textsOf returns the texts of a node in which a word of it may be found.
func textsOf(ctx context.Context, node ent.Noder) []string {
	switch n := node.(type) {
	case readable:
		texts := []string{n.Title(ctx)}
		if s := n.Summary(ctx); s != nil {
			texts = append(texts, *s)
		}
		if s := n.Body(ctx, schema.Text); s != nil {
			texts = append(texts, *s)
		}
		return texts
	case *ent.Municipality:
		return []string{n.Name}
	case *ent.Organization:
		return []string{n.Name(ctx)}
	}
	return nil
}
