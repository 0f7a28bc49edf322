package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/auditevent"
	"dugnad/fault"
	"dugnad/graph/filter"
	"dugnad/web/respond"
)

// serveAudit sends the audit events that match as CSV, oldest first, to those who may audit. Its parameters are the
// fields of AuditFilter. It reads auditRows at a time, and is cut off when the client stops reading.
func (h *Hub) serveAudit(w http.ResponseWriter, r *http.Request) {
	f, err := auditFilter(r.URL.Query())
	switch {
	case isAnonymous(r.Context()):
		w.Header().Set("WWW-Authenticate", "Bearer")
		respond.Refuse(w, r, http.StatusUnauthorized, string(fault.Unauthenticated)+": sign in first")
		return
	case err != nil:
		respond.Refuse(w, r, http.StatusBadRequest, string(fault.BadUserInput)+": "+err.Error())
		return
	case !h.accounts.MayAudit(r.Context(), f.Organization):
		respond.Refuse(w, r, http.StatusForbidden, string(fault.Forbidden)+
			": only a HUB_ADMIN may read this, and with organization one of its ADMINs")
		return
	}
	rows, err := h.auditRows(r.Context(), f, "")
	if err != nil {
		respond.Failed(w, r, "export audit events", err)
		return
	}
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Content-Disposition", `attachment; filename="audit.csv"`)
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	// Error below returns it
	_ = out.Write([]string{"id", "at", "actor", "name", "organization", "action", "subjects", "code", "detail"})
	for {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime))
		for _, row := range rows {
			_ = out.Write(row)
		}
		if out.Flush(); out.Error() != nil || len(rows) < auditRows {
			return
		}
		if rows, err = h.auditRows(r.Context(), f, rows[len(rows)-1][0]); err != nil {
			respond.Log(w, r, "export audit events", err)
			panic(http.ErrAbortHandler) // else the client would take what it has for the whole
		}
	}
}

const auditRows = 500

// auditRows returns the rows of the events after an id, in the order of ids, which is that of time.
func (h *Hub) auditRows(ctx context.Context, f *filter.AuditFilter, after string) ([][]string, error) {
	events, err := h.client.AuditEvent.Query().
		Where(filter.AuditEvents(f), func(s *sql.Selector) { s.Where(sql.GT(s.C(auditevent.FieldID), after)) }).
		Order(auditevent.ByID()).Limit(auditRows).All(ctx)
	if err != nil {
		return nil, err
	}
	var actors []string
	for _, e := range events {
		if strings.HasPrefix(e.Actor, "acc_") {
			actors = append(actors, e.Actor)
		}
	}
	slices.Sort(actors)
	people, err := h.client.Account.Query().Where(account.IDIn(slices.Compact(actors)...)).All(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(people))
	for _, p := range people {
		names[p.ID] = p.Name
	}
	rows := make([][]string, len(events))
	for i, e := range events {
		rows[i] = auditRow(e, names[e.Actor])
	}
	return rows, nil
}

func auditRow(e *ent.AuditEvent, name string) []string {
	row := []string{
		e.ID, e.At.UTC().Format(time.RFC3339Nano), e.Actor, name, deref(e.OrganizationID), e.Action, strings.Join(e.Subjects, " "), deref(e.Code), deref(e.Detail),
	}
	for i, cell := range row {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) { // else a spreadsheet evaluates it as a formula
			row[i] = "'" + cell
		}
	}
	return row
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// auditFilter reads the parameters. An unknown parameter is an error: ignored, the answer would hold too much.
func auditFilter(q url.Values) (*filter.AuditFilter, error) {
	f := &filter.AuditFilter{}
	for name, values := range q {
		value := values[0]
		var err error
		switch name {
		case "actor":
			f.Actor = &value
		case "organization":
			f.Organization = &value
		case "action":
			f.Action = &value
		case "subject":
			f.Subject = &value
		case "refused":
			var b bool
			b, err = strconv.ParseBool(value)
			f.Refused = &b
		case "after", "before":
			var t time.Time
			if t, err = time.Parse(time.RFC3339, value); name == "after" {
				f.After = &t
			} else {
				f.Before = &t
			}
		default:
			return nil, fmt.Errorf(
				"unknown parameter %q: use actor, organization, action, subject, refused, after or before", name,
			)
		}
		if err != nil || len(values) > 1 {
			return nil, fmt.Errorf("%s: %q cannot be read; times are like 2026-01-31T00:00:00Z", name, values)
		}
		if strings.ContainsRune(value, 0) || value != strings.ToValidUTF8(value, "") {
			return nil, fmt.Errorf("%s is not text", name)
		}
	}
	return f, nil
}
