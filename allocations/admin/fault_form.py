"""What staff fill in when a site could not do something."""

from __future__ import annotations

from django import forms

from common.admin.staff_actions import StaffActionForm


class FaultForm(StaffActionForm):
    """What is wrong."""

    error_message = forms.CharField(
        max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})
    )
