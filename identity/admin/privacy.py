"""Pages of what rows were, of who was shown what of whom, and of people who are being erased."""

from __future__ import annotations

from django.contrib import admin

from common.admin import columns
from common.admin.records import RecordAdmin, section
from identity.admin.reasons import removal
from identity.models import DataAccessLog, DataReading, Erasure, RowVersion
from identity.services import data_accesses


@admin.register(RowVersion)
class VersionAdmin(RecordAdmin):
    """What people, keys, organizations and projects were, from when on."""

    list_display = ("subject_uuid", "subject_type", "created", "event")
    list_filter = ("subject_type",)
    list_select_related = ("event",)
    search_fields = ("subject_type",)
    search_help_text = "UUID of the row"
    uuids = ("subject_uuid",)
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "subject_type", "subject_uuid", "created", "event"),
        section("What it was", columns.pretty("data")),
    )


@admin.register(Erasure)
class ErasureAdmin(RecordAdmin):
    """What is still to be erased of people who were removed, and what is waited for."""

    list_display = ("user", "begun", "next_run_at", "runs", "waits_for", "finished")
    list_select_related = ("user",)
    search_fields = ("user__username", "waits_for")
    uuids = ("user__uuid",)
    date_hierarchy = "begun"
    ordering = ("-id",)
    fieldsets = (section(None, "user", "begun", "next_run_at", "runs", "waits_for", "finished"),)


@admin.register(DataAccessLog)
class DataAccessLogAdmin(RecordAdmin):
    """Who was shown what of whom, hour by hour."""

    list_display = ("user", "accessor", "accessor_type", "place", "first", "times")
    list_filter = ("accessor_type",)
    list_select_related = ("user", "accessor")
    search_fields = ("user__username", "accessor__username", "place")
    date_hierarchy = "latest"
    ordering = ("-first", "-id")
    fieldsets = (
        section(None, "user", "accessor", "accessor_type", "place", "address"),
        section("What and when", "columns", "times", "first", "latest", "uuid"),
    )
    staff_actions = (removal(data_accesses.remove, "The event log says that it was removed."),)


@admin.register(DataReading)
class DataReadingAdmin(RecordAdmin):
    """Answers that showed people's data and are entered in their logs within a minute."""

    list_display = ("reader", "place", "first", "latest", "times")
    list_select_related = ("reader",)
    search_fields = ("reader__username", "place")
    uuids = ()
    date_hierarchy = "latest"
    ordering = ("-id",)
    fieldsets = (
        section(None, "reader", "place", "address", "columns", "times", "first", "latest"),
    )
