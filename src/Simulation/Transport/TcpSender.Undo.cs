namespace Trunkline.Simulation.Transport;

/// <content>What to do when nothing was lost after all.</content>
internal sealed partial class TcpSender
{
    // Nothing was lost when all that was sent again arrived twice (RFC 2883), or when what is acknowledged now bears a stamp from before
    // anything was sent again (Eifel, RFC 3522).
    private bool MayUndo(in TcpAck ack, bool hasAdvanced) =>
        _undoFirst >= 0 && (_undoResent == 0 || (hasAdvanced && IsOriginal(in ack)));

    private bool IsOriginal(in TcpAck ack) => _options.HasTimestamps && _resentPs != 0 && ack.EchoPs < _resentPs;

    private void Undo()
    {
        _window = Math.Max(_window, _priorWindow);
        _threshold = Math.Max(_threshold, _priorThreshold);
        _undoFirst = -1;
        _mustResend = false;
        SpuriousUndos++;
        _congestionControl.OnUndo(this);
    }

    private void UndoWithLosses()
    {
        if (_board.IsAllocated)
        {
            _board.UnmarkLost(_una, _nxt);
        }

        _hasLost = false;
        _rack.Next = _una;
        _lostScan = _una;
        Undo();
    }

    private bool TryUndoByDuplicates()
    {
        if (_undoFirst < 0 || _undoResent != 0)
        {
            return false;
        }

        _rack.Persist();
        Undo();
        return true;
    }

    // A hole was filled by what was only late. All is taken back once nothing sent again is in flight.
    private bool TryUndoPartial(in TcpAck ack, int firstBefore)
    {
        if (_undoFirst < 0 || !IsOriginal(in ack))
        {
            return false;
        }

        int end = _options.IsSack ? _sackedEnd : firstBefore + _board.Sacked + (_una - firstBefore);
        NoteReordering(Math.Max(1, end - firstBefore));
        if (_board.Resent > 0)
        {
            return true;
        }

        UndoWithLosses();
        _state = _board.Sacked > 0 ? TcpState.Disorder : TcpState.Open;
        return true;
    }

    // By stamps, or because something arrives that was sent before the timer expired and not since (F-RTO, RFC 5682 §3.1, step 3b).
    private bool TryUndoLoss(in TcpAck ack, in Delivery delivery, bool hasAdvanced)
    {
        if (!MayUndo(in ack, hasAdvanced) && !(_mayBeSpurious && delivery.HasOriginalOfLoss && _undoFirst >= 0))
        {
            // What moves it first is the retransmission: the loss was real.
            _mayBeSpurious &= !hasAdvanced;
            return false;
        }

        UndoWithLosses();
        _backoff = 0;
        _state = _board.Sacked > 0 ? TcpState.Disorder : TcpState.Open;
        return true;
    }
}
