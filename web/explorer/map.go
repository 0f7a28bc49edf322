package explorer

import (
	"fmt"
	"math"
	"strings"
)

// The map has a sinusoidal projection, which preserves areas, around 15° east. A degree of latitude is mapScale high.
const (
	mapScale    = 10.0
	mapMiddle   = 15.0 // degrees east
	mapNorth    = 71.5 // degrees north
	mapWidth    = 124.0
	mapHeight   = 140.0
	mapHalf     = 62.0
	circleLeast = 1.1
	circleMost  = 3.8
)

// point is a place on the map.
type point struct{ x, y float64 }

func project(m *municipality) (point, bool) {
	if m.Latitude == nil || m.Longitude == nil {
		return point{}, false
	}
	return point{
		mapHalf + (*m.Longitude-mapMiddle)*math.Cos(*m.Latitude*math.Pi/180)*mapScale, (mapNorth - *m.Latitude) * mapScale,
	}, true
}

func short(n float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") }

// base returns the base of the map: a dot for every municipality, as one path of zero-length lines with round caps.
func (a *allPlaces) base() string {
	var path strings.Builder
	for i := range a.list {
		if at, ok := project(&a.list[i]); ok {
			path.WriteString("M" + short(at.x) + " " + short(at.y) + "h0")
		}
	}
	return path.String()
}

// spot is a municipality with hits on the map.
type spot struct {
	municipality
	value
	at     point
	radius float64
}

// spots returns the municipalities that have hits, in the order of the facet. The area of a circle is proportional to
// its hits.
func spots(f facetCounts, all *allPlaces) (list []spot) {
	most := 1
	for _, v := range f.Values {
		most = max(most, v.Count)
	}
	for _, v := range f.Values {
		m, ok := all.byNumber[v.Value]
		if !ok || v.Count == 0 {
			continue
		}
		at, ok := project(&m)
		if !ok {
			continue
		}
		list = append(list, spot{m, v, at, circleLeast + (circleMost-circleLeast)*math.Sqrt(float64(v.Count)/float64(most))})
	}
	return list
}
